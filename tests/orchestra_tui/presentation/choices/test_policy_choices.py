"""The policies to choose from: each follows the other, and the chosen one is explained."""

from orchestra_tui.presentation.choices.policy_choices import next_policy, policy_parts


def test_the_policies_go_round_and_the_chosen_one_is_marked_and_explained() -> None:
    assert next_policy("edits") == "ask"
    assert next_policy("ask") == "all"
    assert next_policy("all") == "edits"
    text = "".join(part for part, _style in policy_parts("ask"))
    assert text == "policy  ○ edits   ● ask   ○ all   \nit asks for everything"
