"""An Airflow DAG: the monthly report of one profile, each morning of the month's first week.

The worker needs the house at HOUSE, and RETENTION_SMTP_..., RETENTION_MAIL_... in its environment.
"""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

HOUSE = "/srv/retention-reports"

with DAG(
    dag_id="retention_reports",
    schedule="0 5 1-7 * *",
    start_date=datetime(2026, 1, 1),
    # The command itself catches up with the months that were missed.
    catchup=False,
    max_active_runs=1,
) as dag:
    BashOperator(
        task_id="monthly",
        bash_command=".venv/bin/python -m retention_helpers monthly --profile sample --send",
        cwd=HOUSE,
        append_env=True,
        # Code 4: another start is at work and does what this one would.
        skip_on_exit_code=4,
        retries=1,
        retry_delay=timedelta(hours=1),
        execution_timeout=timedelta(hours=6),
    )
