from orchestra_server.files.hook.bash.program_options import has_option, split_options, values_of


def test_options_and_operands_are_told_apart() -> None:
    options, operands = split_options(
        ["-rf", "a", "-t", "b", "--out=c", "--name", "d", "--", "-e"], ("-t", "--name")
    )
    assert options == [("-r", "f"), ("-f", ""), ("-t", "b"), ("--out", "c"), ("--name", "d")]
    assert operands == ["a", "-e"]


def test_a_value_may_be_written_to_its_letter() -> None:
    options, operands = split_options(["-xzfa.tgz", "-C", "/m"], ("-f", "-C"))
    assert values_of(options, ("-f",)) == ["a.tgz"]
    assert values_of(options, ("-C",)) == ["/m"]
    assert operands == []


def test_a_wrapped_program_keeps_its_options() -> None:
    options, words = split_options(["-n", "5", "rm", "-r", "a"], ("-n",), stops=True)
    assert has_option(options, ("-n",))
    assert words == ["rm", "-r", "a"]


def test_an_option_at_the_end_has_no_value() -> None:
    assert split_options(["-C"], ("-C",)) == ([("-C", "")], [])
