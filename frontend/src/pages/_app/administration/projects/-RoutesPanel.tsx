import { Textarea } from '@/components/ui/Field';
import type { RoutesDraft } from './-contractDraft';
import { OwnPanel } from './-OwnPanel';
import * as texts from '@/texts/projects';

interface RoutesPanelProps {
  draft: RoutesDraft;
  /** What is wrong, by the path the API names. */
  problems: Record<string, string>;
  onChange: (draft: RoutesDraft) => void;
  onDefault: () => void;
}

/** By which keys of its payload a create hands its settings on. */
export function RoutesPanel({ draft, problems, onChange, onDefault }: RoutesPanelProps) {
  const wrong = Object.entries(problems)
    .filter(([path]) => path === 'routes' || path.startsWith('routes.') || path.startsWith('routes['))
    .map(([path, said]) => (path === 'routes' ? said : `${path}: ${said}`));
  return (
    <OwnPanel title={texts.settingsForCreate} own={draft.own} onDefault={onDefault}>
      <Textarea
        label={texts.routes}
        description={texts.theFirstMatchingRouteApplies}
        minRows={8}
        maxRows={24}
        spellCheck={false}
        inputClassName="code"
        value={draft.text}
        error={wrong.length > 0 && wrong.join('; ')}
        onChange={({ currentTarget: { value } }) => onChange({ own: true, text: value })}
      />
    </OwnPanel>
  );
}
