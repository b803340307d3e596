"""Commands that the clone's daemon answers, understood and asked for without slow imports."""
