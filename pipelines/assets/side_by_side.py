"""Runs a job in this process with as many steps at once as processors and memory allow, each in a thread.

A step waits for those that it is made from, and for no other. Dagster's own executors work one step after the
other, or start a process for each, which takes longer than most steps; and what takes long in a step, DuckDB,
Polars, Parquet and compiled code, leaves other threads at work.
"""

import queue
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.errors import raise_execution_interrupts
from dagster._core.events import RunFailureReason
from dagster._core.execution.api import ExecuteRunWithPlanIterable
from dagster._core.execution.context.system import PlanExecutionContext, PlanOrchestrationContext
from dagster._core.execution.context_creation_job import PlanExecutionContextManager
from dagster._core.execution.execute_in_process import core_execute_in_process
from dagster._core.execution.plan.execute_plan import dagster_event_sequence_for_step
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor

from pipelines.engines import Here
from pipelines.release.outcome import StoppedError


def run_job(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    *,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
) -> dg.ExecuteInProcessResult:
    """Run a job in this process and return what came to pass.

    The instance of a deployment writes down each step and counts those at work: there they go one by one.

    Raises StoppedError when it is stopped from outside; what other threads are at work on is not waited for.
    """
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    if instance.is_ephemeral:
        here = job.as_ephemeral_job(resource_defs={}, input_values={}).with_executor_def(side_by_side)
        result = core_execute_in_process(
            quiet, InMemoryJob(here), instance, True, raise_on_error=raise_on_error, run_tags=tags
        )
    else:
        result = job.execute_in_process(quiet, instance, raise_on_error=raise_on_error, tags=tags)
    if any(_tells_of_a_stop(event) for event in result.all_events):
        raise StoppedError("stopped; what is done is kept, and the next run goes on from there")
    return result


def _tells_of_a_stop(event: dg.DagsterEvent) -> bool:
    return (
        event.is_job_failure
        and event.job_failure_data.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION
    )


class SideBySide(InProcessExecutor):
    """Works several steps of one run at once, in threads of this process."""

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        """Yield the events of all steps, each step's own in their order."""
        contexts = PlanExecutionContextManager(
            job=plan_context.job,
            execution_plan=execution_plan,
            run_config=plan_context.run_config,
            dagster_run=plan_context.dagster_run,
            instance=plan_context.instance,
            retry_mode=self.retries,
            raise_on_error=plan_context.raise_on_error,
            output_capture=plan_context.output_capture,
            step_dependency_config=self.step_dependency_config,
        )
        yield from ExecuteRunWithPlanIterable(execution_plan, _events, contexts)


@dg.executor(name="side_by_side")
def side_by_side(_: dg.InitExecutorContext) -> SideBySide:
    """Work several steps of one run at once, in threads of this process."""
    return SideBySide(retries=RetryMode.ENABLED)


def _events(job_context: PlanExecutionContext, execution_plan: ExecutionPlan) -> Iterator[dg.DagsterEvent]:
    """Begin each step when all that it waits for is done, and yield what the steps tell, as it comes."""
    told: queue.SimpleQueue[_Told] = queue.SimpleQueue()
    at_work: Counter[str] = Counter()
    with execution_plan.start(
        retry_mode=job_context.retry_mode,
        max_concurrent=Here().slots,
        step_dependency_config=job_context.step_dependency_config,
    ) as plan:
        while at_work or not plan.is_complete:
            for step in plan.get_steps_to_execute():
                context = job_context.for_step(step, plan.get_known_state())
                # A run that is interrupted does not wait for what is at work: nothing of it is half written.
                threading.Thread(target=_work, args=(context, told), daemon=True).start()
                at_work[step.key] += 1
            if not at_work:
                plan.sleep_til_ready()  # a step is to be tried again
            elif said := _next(told, plan.sleep_interval() or None):  # type: ignore[no-untyped-call]
                step_key, event = said
                if isinstance(event, dg.DagsterEvent):
                    yield event
                    plan.handle_event(event)
                else:
                    at_work -= Counter([step_key])
                    if event is not None:
                        raise event
                    if step_key not in at_work:  # else it is being tried again already
                        plan.verify_complete(job_context, step_key)
            yield from plan.plan_events_iterator(job_context)


_Told = tuple[str, dg.DagsterEvent | BaseException | None]
"""What a step says: its name with an event, with an error that ends the run, or with None at its end."""


def _work(context: Any, told: "queue.SimpleQueue[_Told]") -> None:
    key = context.step.key
    try:
        for event in dagster_event_sequence_for_step(context):
            told.put((key, event))
    except BaseException as error:
        told.put((key, error))
    else:
        told.put((key, None))


def _next(told: "queue.SimpleQueue[_Told]", seconds: float | None) -> _Told | None:
    """Return what a step says next; None where none says anything in so many seconds."""
    with raise_execution_interrupts():
        try:
            return told.get(timeout=seconds)
        except queue.Empty:
            return None
