from tests.workflows.conftest import add_version, predictors, task, workspace

__all__ = ["add_version", "predictors", "task", "workspace"]
