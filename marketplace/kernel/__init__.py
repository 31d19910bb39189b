"""What every app of the mall stands on: money, clock, jobs, audit log, fail-closed merchant scope."""
