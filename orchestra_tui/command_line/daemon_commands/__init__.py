"""Commands that the clone's daemon answers: parsed and sent without slow imports."""
