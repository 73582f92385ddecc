"""Role by action: asked where the work is done, whatever the page shows."""

import pytest

from core.errors import NotAllowedError
from core.language import spoken
from core.reasons import Reason
from core.workspace import DraftContent, ImageFacts, NewReview, NewRevision, NewVersion, Shares
from core.workspace.roles import ROLES

# Who may do what: r reader, v reviewer, a admin.
TABLE = {
    "draw": "rva",
    "save": "rva",
    "add an image": "rva",
    "import a folder": "rva",
    "judge": "va",
    "put together": "va",
    "draw on somebody else's": "va",
    "save somebody else's": "va",
    "look at somebody else's": "va",
    "make a task": "a",
    "rename a task": "a",
    "put a task away": "a",
    "bring a task back": "a",
    "give images": "a",
    "give a group": "a",
    "fine-tune": "a",
    "promote": "a",
    "roll back": "a",
    "give a role": "a",
    "rename somebody": "a",
    "delete an image": "a",
    "read the audit": "a",
    "settle readings": "va",
}


def save(store, image, who):
    return store.masks.save(image.id, NewRevision(b"mask", None, 0.5, None, who, 1.0, 0.0))


@pytest.fixture
def actions(workspace, task, add_image):
    """What each action does, on the workspace of whoever acts."""
    image, other, theirs = add_image("a"), add_image("b"), add_image("d")
    revision = save(workspace, image, "Somebody")
    versions = [
        workspace.versions.add(task.id, NewVersion(f"versions/{name}", name, "fine_tuned", "Somebody"))
        for name in ("one", "two", "three")
    ]
    for version in versions[:2]:
        workspace.versions.promote(version.id, who="", why=Reason("chosen"))
    somebody = workspace.persons.get_or_add("Somebody")
    workspace.assignments.give_group(theirs.group_id, somebody.id, who="")
    shares = Shares({somebody.id: 100})
    why = Reason("chosen")
    return {
        "draw": lambda store: store.drafts.start_from(image.id, DraftContent(0.5, None, None), "Kim"),
        "save": lambda store: save(store, image, "Kim"),
        "add an image": lambda store: store.images.add(task.id, "c.png", b"c", ImageFacts(2, 3)),
        "import a folder": lambda store: store.jobs.add("import_folder", task.id, {}, who="Kim"),
        "judge": lambda store: store.reviews.add(
            image.id, NewReview("approved", "Kim", revision_id=revision.id)
        ),
        "put together": lambda store: store.groups.merge([image.group_id, other.group_id], who="Kim"),
        "draw on somebody else's": lambda store: store.drafts.put(
            theirs.id,
            who="Kim",
            version_id=None,
            threshold=0.5,
            layer_png=None,
            client_id="tab",
            sequence=1,
            seconds=0.0,
        ),
        "save somebody else's": lambda store: save(store, theirs, "Kim"),
        "look at somebody else's": lambda store: store.images.mark_looked_at(theirs.id, "Kim"),
        "give images": lambda store: store.assignments.give(task.id, shares, who="Kim"),
        "give a group": lambda store: store.assignments.give_group(image.group_id, somebody.id, who="Kim"),
        "make a task": lambda store: store.tasks.create("Nuclei of cells"),
        "rename a task": lambda store: store.tasks.rename(task.id, "Lungs", who="Kim"),
        "put a task away": lambda store: store.tasks.put_away(task.id, who="Kim"),
        "bring a task back": lambda store: store.tasks.bring_back(task.id, who="Kim"),
        "fine-tune": lambda store: store.jobs.add("fine_tune", task.id, {}, who="Kim"),
        "promote": lambda store: store.versions.promote(versions[2].id, who="Kim", why=why),
        "roll back": lambda store: store.versions.roll_back(task.id, who="Kim", why=why),
        "give a role": lambda store: store.persons.set_role(somebody.id, "reviewer"),
        "rename somebody": lambda store: store.persons.rename(somebody.id, "Somebody Else"),
        "delete an image": lambda store: store.images.delete(other.id, "Kim"),
        "read the audit": lambda store: store.require("audit"),
        "settle readings": lambda store: store.adjudicators.add(image.id, who="Kim"),
    }


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says_and_nothing_else(workspace, actions, role):
    kim = workspace.persons.get_or_add("Kim")
    workspace.persons.set_role(kim.id, role)
    store = workspace.acting_as("Kim")
    sign = {"reader": "r", "reviewer": "v", "admin": "a"}[role]
    before = len(workspace.audit.list())
    for name, allowed in TABLE.items():
        if sign not in allowed:
            with pytest.raises(NotAllowedError, match=f"Kim is {role}; ask an admin|given to somebody else"):
                actions[name](store)
    assert len(workspace.audit.list()) == before
    for name, allowed in TABLE.items():
        if sign in allowed:
            actions[name](store)


def test_without_sign_in_nobody_is_asked(workspace, actions):
    assert set(actions) == set(TABLE)
    for act in actions.values():
        act(workspace)
    assert "Nuclei of cells" in [task.title for task in workspace.tasks.list()]
    assert [job.kind for job in workspace.jobs.list()] == ["fine_tune", "import_folder"]
    assert "b.png" not in [image.name for image in workspace.images.list(workspace.tasks.get("lung_xray").id)]
    assert "reviewer" in [person.role for person in workspace.persons.list()]


def test_a_role_taken_away_counts_at_once(workspace, actions):
    kim = workspace.persons.get_or_add("Kim")
    workspace.persons.set_role(kim.id, "admin")
    store = workspace.acting_as("Kim")
    store.tasks.create("One more")
    workspace.persons.set_role(kim.id, "reader")
    with pytest.raises(NotAllowedError, match="needs the role admin") as refused, spoken("ko"):
        store.tasks.create("Another")
    with spoken("ko"):
        assert "관리자 역할이 필요한데 Kim의 역할은 판독자입니다" in str(refused.value)
    workspace.persons.remove(kim.id)
    with pytest.raises(NotAllowedError, match="no longer works in this workspace"):
        actions["save"](store)
