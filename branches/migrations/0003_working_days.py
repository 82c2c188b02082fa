"""Working days are counted by the database, so that every clock is one: its own."""

from django.db import migrations

CREATE = """
CREATE FUNCTION branches_is_working_day(asked date, county text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT d.working FROM branches_specialday d WHERE d."on" = asked AND d.county_id = county),
        (SELECT d.working FROM branches_specialday d WHERE d."on" = asked AND d.county_id IS NULL),
        extract(isodow FROM asked) < 6
    )
$$;
CREATE FUNCTION branches_working_day_after(asked date, days integer, county text) RETURNS date
LANGUAGE plpgsql STABLE AS $$
DECLARE
    reached date := asked;
    missing integer := days;
BEGIN
    WHILE missing > 0 LOOP
        reached := reached + 1;
        IF branches_is_working_day(reached, county) THEN
            missing := missing - 1;
        END IF;
    END LOOP;
    RETURN reached;
END
$$;
"""
DROP = """
DROP FUNCTION branches_working_day_after(date, integer, text);
DROP FUNCTION branches_is_working_day(date, text);
"""


class Migration(migrations.Migration):
    dependencies = [("branches", "0002_review")]

    operations = [migrations.RunSQL(CREATE, DROP)]
