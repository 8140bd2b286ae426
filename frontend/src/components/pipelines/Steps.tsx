import type { Operation, OperationState } from '@/api/types';
import { parseTime, timeOfDay } from '@/lib/time';
import { Hidden } from '../Hidden';
import { operationLooks, type Tone } from '../status/looks';
import { Mark, type Shape } from '../status/Mark';
import classes from './pipelines.module.css';
import * as texts from '@/texts/pipelines';

interface Step {
  state: OperationState;
  word: string;
  at: string | undefined;
  about: string;
}

const order: readonly OperationState[] = ['requested', 'accepted', 'running', 'succeeded'];

/** How far an operation has come, as steps with their times. */
export function Steps({ operation }: { operation: Operation }) {
  const { state } = operation;
  const ended = state === 'failed' || state === 'canceled';
  const last: Step = ended
    ? { state, word: operationLooks[state].word, at: operation.endedAt, about: texts.stoppedHere }
    : {
        state: 'succeeded',
        word: texts.succeeded,
        at: operation.endedAt,
        about: texts.deployed,
      };
  const steps: Step[] = [
    {
      state: 'requested',
      word: texts.requested,
      at: operation.requestedAt,
      about: texts.savedWaitingForTheCluster,
    },
    {
      state: 'accepted',
      word: texts.accepted,
      at: operation.acceptedAt,
      about: texts.gitlabAcceptedTheRequest,
    },
    {
      state: 'running',
      word: texts.running,
      at: operation.runningAt,
      about: texts.aPipelineIsDeployingThe,
    },
    last,
  ];
  const reached = ended ? steps.length - 1 : order.indexOf(state);
  return (
    <ol className={classes.steps} aria-label={texts.progress}>
      {steps.map((step, i) => (
        <StepItem
          key={step.state}
          step={step}
          place={placeOf(i, reached, step, operation.endedAt !== undefined)}
        />
      ))}
    </ol>
  );
}

type Place = 'done' | 'now' | 'ahead' | 'failed' | 'skipped';

function placeOf(i: number, reached: number, step: Step, over: boolean): Place {
  if (i > reached) return 'ahead';
  if (i < reached) return step.at === undefined && over ? 'skipped' : 'done';
  if (step.state === 'failed' || step.state === 'canceled') return 'failed';
  return over ? 'done' : 'now';
}

const looks: Record<Place, [shape: Shape, tone: Tone]> = {
  done: ['check', 'quiet'],
  now: ['spin', 'busy'],
  ahead: ['dashed', 'quiet'],
  failed: ['cross', 'bad'],
  skipped: ['slash', 'quiet'],
};

const spoken: Record<Place, string> = {
  done: texts.done,
  now: texts.now,
  ahead: texts.upcoming,
  failed: texts.endedHere,
  skipped: texts.notReached,
};

function StepItem({ step, place }: { step: Step; place: Place }) {
  const at = parseTime(step.at);
  const [shape, tone] = looks[place];
  return (
    <li
      className={classes.step}
      data-place={place}
      data-tone={tone}
      aria-current={place === 'now' ? 'step' : undefined}
    >
      <Mark shape={shape} size={18} />
      <span className={`small ${classes.stepWord}`}>
        {step.word}
        <Hidden>, {spoken[place]}</Hidden>
      </span>
      <span className={`tiny ${classes.stepNote}`}>
        {at ? timeOfDay(at) : place === 'now' ? step.about : ''}
      </span>
    </li>
  );
}
