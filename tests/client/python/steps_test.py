"""The trainer's step, found where it stands; counted where it does not."""

from advantaged.integrations._steps import Steps, search


class Trainer:
    """Of the shape that verl, SkyRL and tunix have."""

    def __init__(self, steps, **own):
        self._steps = steps
        self.__dict__.update(own)

    def fit(self):
        return self._compute()

    def _compute(self):
        return self._steps.next()

    def train_step(self, global_step):
        return self._steps.next() + 0 * global_step


class Other:
    """Has the name for something else, or for an error."""

    global_steps = "many"

    @property
    def global_step(self):
        raise RuntimeError

    def call(self, act):
        return act()


def test_a_step_that_the_trainer_has_is_its_step_from_0_on():
    steps = Steps(("self.global_steps", 1))
    assert Trainer(steps, global_steps=151).fit() == 150 and steps.are_known
    assert Trainer(steps, global_steps=1).fit() == 0
    assert Trainer(steps, global_steps=0).fit() == 0


def test_a_step_may_be_a_variable_or_stand_deeper():
    assert Trainer(Steps(("global_step", 0))).train_step(7) == 7
    cluster = Trainer(None, global_steps=9)
    assert Trainer(Steps(("self.rl_cluster.global_steps", 0)), rl_cluster=cluster).fit() == 9


def test_the_first_place_that_is_found_counts():
    steps = Steps(("self.version", 0), ("self.global_steps", 1))
    assert Trainer(steps, version=5, global_steps=21).fit() == 5
    assert Trainer(steps, global_steps=21).fit() == 20


def test_calls_are_counted_where_no_step_is_found():
    steps = Steps(("self.global_steps", 1))
    assert [Trainer(steps).fit() for _ in range(3)] == [0, 1, 2] and not steps.are_known


def test_others_that_have_the_name_are_passed_by():
    steps = Steps(("self.global_steps", 1), ("self.global_step", 1))
    trainer = Trainer(steps, global_steps=31)
    assert Other().call(trainer.fit) == 30
    assert Other().call(lambda: Trainer(steps, global_steps=True).fit()) == 1  # the second call


def test_other_things_are_found_too():
    class Holder:
        folder = "/checkpoints"

        def look(self):
            return search("self.folder", str), search("self.folder", int), search("self.nothing", str)

    assert Holder().look() == ("/checkpoints", None, None)
