import { useMutation } from '@tanstack/react-query';
import { matching } from '@/api/queries/bulk';
import type { InstanceFilter, User } from '@/api/types';
import { Failure } from '../Failure';
import { ButtonLink } from '../links';
import { may } from '../roles';
import { Button } from '../ui/Button';
import { StickyBar } from '../ui/StickyBar';
import { countOf, mostTargets, writeTargets } from './targets';
import type { Choice } from './useChoice';
import * as texts from '@/texts/bulk';

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
    <StickyBar
      label={texts.selectedInstances}
      says={texts.selected(countOf(chosen), chosen.length, mostTargets)}
    >
      {total > 1 && (
        <Button variant="default" loading={all.isPending} onClick={() => all.mutate()}>
          {total > mostTargets ? texts.selectTheFirstMatches(mostTargets) : texts.selectAllMatches(total)}
        </Button>
      )}
      <Button variant="default" onClick={choice.clear}>
        {texts.clearSelection}
      </Button>
      <ButtonLink to="/bulk/new" search={{ on: writeTargets(chosen) }}>
        {texts.editSelected}
      </ButtonLink>
      {all.error && <Failure error={all.error} what={texts.couldntFindAllMatches} />}
    </StickyBar>
  );
}
