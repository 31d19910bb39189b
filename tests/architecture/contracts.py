"""Import contracts that import-linter does not have ready; named in .importlinter."""

from __future__ import annotations

from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


def is_within(module: str, packages: set[str]) -> bool:
    """Tell whether a module is one of `packages` or below one of them."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def own_modules(graph: ImportGraph) -> Iterator[str]:
    return (module for module in graph.modules if not graph.is_module_squashed(module))


class Listing(Contract):
    """A contract whose violations are plain (importer, imported) pairs."""

    def pairs(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = sorted(set(self.pairs(graph)))
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}")


class Reserved(Listing):
    """Outside packages that only the modules under `reserved_for` may import."""

    packages = fields.SetField(subfield=fields.StringField())
    reserved_for = fields.SetField(subfield=fields.StringField())

    def pairs(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for package in self.packages:  # type: ignore[attr-defined]
            if package not in graph.modules:
                continue
            for importer in graph.find_modules_that_directly_import(package):
                if not is_within(importer, self.reserved_for):  # type: ignore[arg-type]
                    yield importer, package


class Sealed(Listing):
    """Modules that import nothing of this project but themselves and `may_import`; packages from outside are free."""

    modules = fields.SetField(subfield=fields.StringField())
    may_import = fields.SetField(subfield=fields.StringField(), required=False)

    def pairs(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        allowed = set(self.modules) | set(self.may_import or ())  # type: ignore[call-overload]
        above = {module.partition(".")[0] for module in self.modules}  # type: ignore[attr-defined] # empty packages
        for importer in own_modules(graph):
            if not is_within(importer, self.modules):  # type: ignore[arg-type]
                continue
            for imported in graph.find_modules_directly_imported_by(importer):
                own = not graph.is_module_squashed(imported) and imported not in above
                if own and not is_within(imported, allowed):
                    yield importer, imported


class PrivateModules(Listing):
    """Modules of an app with one of the `names` are imported from inside that app alone, or by an opener.

    apps: packages, `x.*` for each child of x.
    """

    apps = fields.SetField(subfield=fields.StringField())
    names = fields.SetField(subfield=fields.StringField())
    openers = fields.SetField(subfield=fields.StringField(), required=False)

    def pairs(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for app in self.expand(graph):
            for imported in graph.find_descendants(app):
                if not set(imported.removeprefix(f"{app}.").split(".")) & set(self.names):  # type: ignore[call-overload]
                    continue
                for importer in graph.find_modules_that_directly_import(imported):
                    if not is_within(importer, {app, *(self.openers or ())}):  # type: ignore[misc]
                        yield importer, imported

    def expand(self, graph: ImportGraph) -> Iterator[str]:
        for app in self.apps:  # type: ignore[attr-defined]
            if app.endswith(".*"):
                yield from graph.find_children(app[:-2])
            elif app in graph.modules:
                yield app
