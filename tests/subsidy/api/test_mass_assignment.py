"""No column is set by a program but through the form of an act: every field of every kind, sent with every act."""

from __future__ import annotations

from subsidy.api.offers import every_act
from subsidy.api.resources import resources
from tests.subsidy.api.conftest import AsProgram
from tests.world import World, fresh


def test_no_field_of_a_model_is_taken_beside_the_form(world: World, as_program: AsProgram) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    batch = world.batch([world.accounted(case)])
    matters = {
        "cases": fresh(case),
        "batches": batch,
        "rounds": case.round_rows.get().round,
        "companies": case.company,
    }
    programs = [as_program(who) for who in ("acceptance", "leader", "finance1", world.filer(case.company))]
    for name, matter in matters.items():
        resource = resources()[name]
        before = resource.kind.model.objects.filter(pk=matter.pk).values().get()
        for act in every_act(resource.kind).values():
            known = set(act.form.base_fields) if act.form is not None else set()
            fields = [one.attname for one in matter._meta.concrete_fields if one.attname not in known]
            for program in programs:
                path = f"{name}/{resource.key_of(matter)}/acts/{act.name}/"
                answer = program.post(path, dict.fromkeys(fields, 1), version=matter.head_seq)
                assert answer.status_code in (403, 404, 409, 422), (path, answer.content)
                if answer.status_code == 422:
                    wrong = {one["field"] for one in answer.json()["errors"]}
                    assert set(fields) <= wrong, path
        assert resource.kind.model.objects.filter(pk=matter.pk).values().get() == before
