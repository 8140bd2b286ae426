import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { installationQuery, type Readiness, readinessQuery } from '@/api/queries/installation';
import { ResultList, resultOf } from '@/components/installation/ResultList';
import { Loaded } from '@/components/Loaded';
import { NotAllowed } from '@/components/NotAllowed';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { LeftOut } from '@/components/projects/LeftOut';
import { Time } from '@/components/Time';
import { Button } from '@/components/ui/Button';
import { useMay } from '@/components/useMe';
import * as texts from '@/texts/installation';

export const Route = createFileRoute('/_app/administration/installation')({ component: InstallationRoute });

function InstallationRoute() {
  const administrator = useMay('administrator');
  if (!administrator) {
    return <NotAllowed title={texts.installation}>{texts.youDontHavePermissionAsk}</NotAllowed>;
  }
  return <Installation />;
}

function Installation() {
  const query = useQuery(installationQuery);
  const functions = useQuery(readinessQuery);
  const again = () => void Promise.all([query.refetch(), functions.refetch()]);
  return (
    <Page
      title={texts.installation}
      about={texts.howOcimItselfIsDoing}
      actions={
        <Button variant="default" loading={query.isFetching} onClick={again}>
          {texts.checkAgain}
        </Button>
      }
    >
      <Loaded query={query} what={texts.theInstallation} shape="panel" lines={8}>
        {({ configuration, health, address, checkedAt }) => (
          <>
            <Panel title={texts.background} note={<Time at={checkedAt} />}>
              <ResultList label={texts.background} results={health.map(resultOf)} />
            </Panel>
            <Panel
              title={texts.configuration}
              note={address === undefined ? undefined : texts.yourAddress(address)}
            >
              <ResultList label={texts.configuration} results={configuration.map(resultOf)} />
            </Panel>
          </>
        )}
      </Loaded>
      <LeftOut />
      <Panel title={texts.functions}>
        <Loaded query={functions} what={texts.theFunctions} lines={6}>
          {(list) => <ResultList label={texts.functions} results={list.map(readinessOf)} />}
        </Loaded>
      </Panel>
    </Page>
  );
}

function readinessOf({ name, ready, message }: Readiness) {
  return ready
    ? { name, look: { shape: 'check', tone: 'ok', word: texts.ready } as const, text: '' }
    : {
        name,
        look: { shape: 'cross', tone: 'bad', word: texts.notReady } as const,
        text: message ?? texts.noAnswer,
      };
}
