from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "marketplace.kernel"
    label = "kernel"

    def ready(self) -> None:
        from marketplace.kernel.activation import is_active
        from marketplace.kernel.jobs import tasks  # noqa: F401  registers the job
        from marketplace.kernel.jobs.actions import enqueue
        from plugins.runtime import hooks
        from plugins.runtime.loading import get_plugins

        hooks.configure(outbox=enqueue, activation=is_active)
        get_plugins()  # a plugin that breaks the contract stops the start
