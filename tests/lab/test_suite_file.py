"""Named sets of calls and variants: what is read, and what is told of a wrong one."""

from pathlib import Path

import pytest

from lab.call_file import load_call
from lab.provider import ElevenLabsProvider
from lab.suite_file import (
    CALLS,
    SUITES,
    Suite,
    SuiteError,
    Variant,
    calls_of,
    load_suite,
    part_of,
)
from lab.verdict import FINAL_P95_MS

pytestmark = pytest.mark.unit


def variant_of(folder: Path, text: str) -> Variant:
    """Return the only variant of a suite."""
    (folder / "one.yaml").write_text(f"purpose: P\nvariants: [{{name: v, {text}}}]")
    (variant,) = load_suite("one", folder).variants
    return variant


@pytest.mark.parametrize("name", sorted(path.stem for path in SUITES.glob("*.yaml")))
def test_the_suites_that_come_with_the_lab_fit_their_calls(name: str) -> None:
    suite = load_suite(name)

    for variant in suite.variants:
        paths = calls_of(suite, variant)
        assert paths
        for path in paths:
            variant.changed(load_call(path))


def test_all_means_every_call_once(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text("")
    suite = load_suite("all").model_copy(update={"calls": ("b", "all")})

    calls = calls_of(suite, Variant(name="plain"), tmp_path)

    assert [path.stem for path in calls] == ["b", "a"]


def test_a_call_of_a_folder_is_named_with_it_and_is_none_of_all(tmp_path: Path) -> None:
    (tmp_path / "red_team").mkdir()
    (tmp_path / "red_team" / "orders.yaml").write_text("")
    (tmp_path / "a.yaml").write_text("")

    def names(calls: tuple[str, ...]) -> list[str]:
        suite = load_suite("all").model_copy(update={"calls": calls})
        return [path.stem for path in calls_of(suite, Variant(name="plain"), tmp_path)]

    assert names(("all",)) == ["a"]
    assert names(("red_team/orders",)) == ["orders"]
    with pytest.raises(SuiteError, match="no call 'red_team/none'"):
        names(("red_team/none",))


def test_a_call_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").write_text("")
    suite = load_suite("all").model_copy(update={"calls": ("sale",)})

    with pytest.raises(SuiteError, match="no call 'sale'; it has: sales"):
        calls_of(suite, Variant(name="plain"), tmp_path)


def test_a_suite_that_does_not_exist_or_is_malformed_is_explained(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("purpose: P\nvariants: [{name: x, setings: {}}]")

    with pytest.raises(SuiteError, match="there is no suite 'none'; there are: odd"):
        load_suite("none", tmp_path)
    with pytest.raises(SuiteError, match=r"variants\.0\.setings"):
        load_suite("odd", tmp_path)


def test_a_variant_may_add_kills_and_faults(tmp_path: Path) -> None:
    (tmp_path / "kills.yaml").write_text(
        "purpose: P\nvariants: [{name: killed, events: [{do: kill_job, at: 10}], "
        "settings: {STT: pocketsphinx}, expectations: {last_words_kept: false}}]"
    )

    (variant,) = load_suite("kills", tmp_path).variants

    assert variant.events[0].do == "kill_job"
    assert variant.settings == {"STT": "pocketsphinx"}


def test_a_variant_names_who_hears_with_the_faults_of_its_service(tmp_path: Path) -> None:
    variant = variant_of(
        tmp_path,
        "provider: {name: elevenlabs, fallback: true, faults: [{kind: drop, after_seconds: 1}]}, "
        "events: [{do: stop_provider, with_line: 2}]",
    )

    assert variant.provider
    assert variant.provider.faults[0].kind == "drop"
    assert "emulator of elevenlabs" in variant.heard_by
    assert variant.heard_by.endswith("else this machine")
    assert Variant(name="plain").heard_by == "pocketsphinx on this machine"
    assert not variant.is_exact
    exact = Variant(name="exact", provider=ElevenLabsProvider(name="elevenlabs", exact=True))
    assert exact.is_exact
    assert exact.heard_by == "emulator of elevenlabs that knows the recordings"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("provider: {name: elevenlab}", r"variants\.0\.provider.*'elevenlabs', 'openai'"),
        ("provider: {}", r"variants\.0\.provider"),
        ("provider: {name: openai, faults: [{kind: drop}]}", r"openai\.faults\.0\.kind"),
        ("provider: {name: elevenlabs, faults: [{kind: cut}]}", r"elevenlabs\.faults\.0\.kind"),
        ("provider: {name: openai}, settings: {STT: auto}", "provider sets STT: remove it"),
        ("events: [{do: stop_provider, at: 1}]", "stop_provider needs a provider"),
        ("models: [{name: a, faults: [{kind: drop}]}]", r"models\.0\.faults\.0\.kind"),
        ("models: [{name: a}, {name: a}]", "two models have one name"),
        ("models: [{name: a}], settings: {LLM_MODEL: b}", "models set LLM_MODEL: remove it"),
        ("events: [{do: mute, at: 1}]", "mute needs somebody. Add who: with an identity"),
        ("events: [{do: kill_job}]", "one of at, with_line and after_line"),
        ("repetitions: 0", r"variants\.0\.repetitions"),
        ("kills: {do: mute, count: 1}", r"variants\.0\.kills\.do"),
        ("kills: {do: kill_job, count: 1}, speed: 2", "leave speed out"),
        ("store: oracle", r"variants\.0\.store"),
    ],
)
def test_a_malformed_variant_is_explained(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=told):
        variant_of(tmp_path, text)


def test_a_variant_names_the_models_with_their_faults_and_limits(tmp_path: Path) -> None:
    variant = variant_of(
        tmp_path,
        "models: [{name: a, answers: false, faults: [{kind: cut, times: null}]}, "
        "{name: b, requests_per_window: 3, window_seconds: 15}]",
    )

    first, second = variant.models
    assert (first.faults[0].kind, first.answers, second.answers) == ("cut", False, None)
    assert (second.requests_per_window, second.window_seconds) == (3, 15)


def test_two_variants_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text("purpose: P\nvariants: [{name: v}, {name: v}]")

    with pytest.raises(SuiteError, match="two variants are called 'v'"):
        load_suite("two", tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "events: [{do: kill_job, with_line: 99}]",
            "variant 'v'.*there is no line 99. Lines are 1",
        ),
        ("events: [{do: mute, who: zoe, at: 1}]", "'zoe' is no participant"),
        ("expectations: {max_latency: 3}", "variant 'v': expectations.max_latency"),
        ("expectations: {heard: [{who: ben, words: a lie}]}", "does not say 'a lie'"),
    ],
)
def test_a_variant_that_does_not_fit_a_call_is_explained(
    text: str, told: str, tmp_path: Path
) -> None:
    variant = variant_of(tmp_path, text)

    with pytest.raises(SuiteError, match=told):
        variant.changed(load_call(CALLS / "hangup.yaml"))


def test_a_call_is_played_with_the_events_and_expectations_of_its_variant(tmp_path: Path) -> None:
    call = load_call(CALLS / "hangup.yaml")
    text = "events: [{do: kill_job, at: 3}], expectations: {max_word_error_rate: 0.5}"

    changed = variant_of(tmp_path, text).changed(call)

    assert [event.do for event in changed.events] == ["hang_up", "kill_job"]
    assert changed.expectations.max_word_error_rate == 0.5
    assert changed.expectations.heard == call.expectations.heard


def test_the_kills_of_a_variant_are_events_of_its_calls(tmp_path: Path) -> None:
    call = load_call(CALLS / "hangup.yaml")
    variant = variant_of(tmp_path, "kills: {do: kill_job, count: 3, seed: 4}")

    changed = variant.changed(call)

    assert [event.do for event in changed.events] == ["hang_up", *["kill_job"] * 3]
    assert variant.kills
    assert [event.at for event in changed.events[1:]] == variant.kills.moments_seconds()


def test_a_service_that_hears_whole_segments_may_be_later(tmp_path: Path) -> None:
    call = load_call(CALLS / "noise.yaml")

    changed = variant_of(tmp_path, "later_seconds: 3").changed(call).expectations

    assert [point.within_seconds for point in changed.talking_points] == [7.0]
    assert changed.max_latency_ms.speech_end_to_final == FINAL_P95_MS + 3000
    assert changed.max_latency_ms.join_to_agent is None
    text = "later_seconds: 1, expectations: {max_latency_ms: {join_to_agent: 500}}"
    changed = variant_of(tmp_path, text).changed(call).expectations
    assert changed.max_latency_ms.join_to_agent == 1500


def test_a_part_of_a_suite_can_be_chosen() -> None:
    both = Suite(
        purpose="P",
        calls=("hangup", "rejoin"),
        variants=(Variant(name="plain"), Variant(name="short", calls=("hangup",))),
    )

    def chosen(variants: list[str], calls: list[str]) -> list[tuple[str, list[str]]]:
        parts = part_of(both, variants, calls)
        return [(variant.name, [path.stem for path in paths]) for variant, paths in parts]

    assert chosen([], []) == [("plain", ["hangup", "rejoin"]), ("short", ["hangup"])]
    assert chosen(["short"], []) == [("short", ["hangup"])]
    assert chosen([], ["rejoin"]) == [("plain", ["rejoin"])]
    with pytest.raises(SuiteError, match="no variant 'plane'; there are: plain, short"):
        chosen(["plane"], [])
    with pytest.raises(SuiteError, match="'rejoin' is not among: hangup"):
        chosen(["short"], ["rejoin"])
