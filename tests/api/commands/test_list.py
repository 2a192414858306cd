def test_what_there_is(atomzoo):
    code, text, error = atomzoo("list")
    assert code == 0 and error == ""
    assert "gold_clusters" in text and "Reproductions" in text and "tio2-bulk" in text
