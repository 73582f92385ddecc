"""The task in the side bar: another name, out of sight and back."""

from core.workspace import Workspace
from tests.pages.conftest import shown


def button(app, label):
    return next(each for each in app.button if each.label == label)


def titles(app):
    return app.sidebar.selectbox[0].options


def test_a_task_is_renamed(open_page, workspace):
    app = open_page()
    box = next(each for each in app.text_input if each.label == "Name of the task")
    assert box.value == "Lung X-ray"
    box.set_value("Lungs [x](http://y.z)")
    button(app, "Rename").click().run()
    assert not app.exception
    assert titles(app)[0] == workspace.tasks.get("lung_xray").title == "Lungs [x](http://y.z)"
    button(app, "Rename").click().run()
    assert not app.error, "its own name is no name that is taken"


def test_a_name_that_is_taken_is_refused_in_one_sentence(open_page, workspace):
    app = open_page()
    next(each for each in app.text_input if each.label == "Name of the task").set_value("Lung CT")
    button(app, "Rename").click().run()
    assert [shown(each.value) for each in app.error] == [
        'There is a task "Lung CT" already; choose another name.'
    ]
    assert workspace.tasks.get("lung_xray").title == "Lung X-ray"


def test_a_task_is_put_away_and_brought_back(open_page, workspace):
    app = open_page()
    before = titles(app)
    button(app, "Put away").click().run()
    assert not app.exception
    assert titles(app) == before[1:]
    assert app.query_params["task"] == workspace.tasks.list()[0].slug
    button(app, "Bring back ` Lung X-ray `").click().run()
    assert titles(app) == before
    assert app.query_params["task"] == "lung_xray"


def test_the_address_of_a_task_that_was_put_away_says_so(open_page, workspace):
    workspace.tasks.put_away(workspace.tasks.get("lung_xray").id, who="Kim")
    app = open_page(task="lung_xray")
    assert [shown(each.value) for each in app.toast] == [
        'Lung X-ray is put away, and this is another task; "New task" brings it back.'
    ]
    assert [shown(each.value) for each in open_page(task="nothing").toast] == [
        "There is no task nothing; this is another one."
    ]


def test_who_has_a_task_open_that_is_put_away_is_told_so(open_page, workspace):
    task = workspace.tasks.create("Nuclei")
    app = open_page(task=task.slug)
    workspace.tasks.put_away(task.id, who="Kim")
    app.run()
    assert app.query_params["task"] == "lung_xray"
    assert [shown(each.value) for each in app.toast] == [
        'Nuclei is put away, and this is another task; "New task" brings it back.'
    ]


def test_who_may_not_change_tasks_is_offered_nothing_of_it(open_page, monkeypatch):
    monkeypatch.setattr(Workspace, "may", lambda workspace, action: action == "draw")
    app = open_page()
    assert not app.exception
    assert len(titles(app)) > 1
    labels = {each.label for each in app.button}
    assert not labels & {"Create task", "Rename", "Put away"}
