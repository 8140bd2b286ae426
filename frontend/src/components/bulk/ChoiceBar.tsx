import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { matching } from '@/api/queries/bulk';
import type { InstanceFilter, User } from '@/api/types';
import { Failure } from '../Failure';
import { ButtonLink } from '../links';
import { may } from '../roles';
import classes from './bulk.module.css';
import { countOf, mostTargets, writeTargets } from './targets';
import type { Choice } from './useChoice';

interface ChoiceBarProps {
  me: User;
  choice: Choice;
  /** What the list shows now, and how many that are in all. */
  filter: InstanceFilter;
  total: number;
}

/** How many instances are chosen, and what can be done with them. */
export function ChoiceBar({ me, choice, filter, total }: ChoiceBarProps) {
  const { chosen } = choice;
  const all = useMutation({
    mutationFn: () => matching(filter, mostTargets),
    onSuccess: (found) =>
      choice.choose(
        found.filter(({ cluster }) => may(me, 'operator', cluster)),
        true,
      ),
  });
  if (chosen.length === 0) return null;
  return (
    <section aria-label="Chosen instances" className={classes.choice}>
      <p role="status">
        <strong>{countOf(chosen)}</strong> chosen
        {chosen.length === mostTargets && `, and more than ${mostTargets} cannot be changed at once`}
      </p>
      {total > 1 && (
        <Button variant="default" loading={all.isPending} onClick={() => all.mutate()}>
          {total > mostTargets
            ? `Choose the first ${mostTargets} that match`
            : `Choose all ${total} that match`}
        </Button>
      )}
      <Button variant="default" onClick={choice.clear}>
        Choose none
      </Button>
      <ButtonLink to="/bulk/new" search={{ on: writeTargets(chosen) }}>
        Change them…
      </ButtonLink>
      {all.error && <Failure error={all.error} what="They were not all found." />}
    </section>
  );
}
