"""The table of goals, in its order."""

from bench import bell, casework, checks, city, letters, offline, rules, trail
from bench.goal import Goal

GOALS = (
    Goal(1, "check", "a hospital's complete check", "empty Flask route", checks.run_check),
    Goal(2, "textbook", "a hospital's complete check, processor time", "textbook stacks on PostgreSQL", checks.run_textbook),
    Goal(3, "logged", "a check whose look is on the disk before its answer", "naive insert for each request", checks.run_logged),
    Goal(4, "batch", "a code among a hundred in one request", "single checks on the same server", checks.run_batch),
    Goal(5, "offline", "verify a letter's code without network", "bare signature check", offline.run),
    Goal(
        6, "steps", "a case's automatic path through the queue, five durable steps", "the same functions in one process", casework.run_steps
    ),
    Goal(7, "worker", "a job in a process of its own", "stock `rq worker`", bell.run_worker),
    Goal(8, "bell", "a job promised in the database", "direct push; bare commit", bell.run_bell),
    Goal(9, "import", "a city's residents proved, keyed and stored", "bare COPY and index; 1 GB", city.run_import),
    Goal(10, "coverage", "coverage of a city", "PostgreSQL hash join", city.run_coverage),
    Goal(11, "letters", "press and sign a letter", "WeasyPrint + segno + pyHanko with RSA-2048", letters.run),
    Goal(12, "rules", "weigh a person", "score only; one pass over columns", rules.run),
    Goal(13, "trail", "audit trail", "unchained insert; bare hash loop", trail.run),
    Goal(14, "headline", "KTP accepted to a letter that a desk can check", "the same functions in one process", casework.run_headline),
)
