import { IconFilter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { projectsQuery } from '@/api/queries/projects';
import type { CheckName, ProjectState } from '@/api/types';
import { Empty } from '@/components/Empty';
import { ButtonLink, QuietLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { NotAllowed } from '@/components/NotAllowed';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { found, lookOf } from '@/components/projects/health';
import type { Look } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { Button } from '@/components/ui/Button';
import { Checkbox } from '@/components/ui/Checkbox';
import { TextInput } from '@/components/ui/Field';
import { useMay, useMaySomewhere } from '@/components/useMe';
import { flag, searchOf, word } from '@/lib/readSearch';
import { isStale } from '@/lib/stale';
import { isFuture } from '@/lib/future';
import { parseTime } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import classes from './-projects.module.css';
import * as texts from '@/texts/projects';

const readSearch = searchOf({
  /** Part of the name, path or server. */
  name: word,
  /** Only those that need attention. */
  ailing: flag,
});

type Search = ReturnType<typeof readSearch>;

export const Route = createFileRoute('/_app/administration/projects/')({
  validateSearch: readSearch,
  component: Projects,
});

function Projects() {
  const operator = useMaySomewhere('operator');
  const administrator = useMay('administrator');
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const now = useNow();
  const [typed, setTyped] = useState(search.name ?? '');
  const query = useQuery({ ...projectsQuery, enabled: operator });
  if (!operator) return <NotAllowed title={texts.gitlabProjects}>{texts.onlyOperators}</NotAllowed>;
  const change = (to: Search) => void navigate({ search: (before) => ({ ...before, ...to }), replace: true });
  return (
    <Page title={texts.gitlabProjects} about={texts.eachProjectDefinesOneCluster}>
      <Loaded query={query} what={texts.theProjects} shape="panel" lines={6}>
        {({ projects }) =>
          projects.length === 0 ? (
            <Panel title={texts.projects}>
              <Empty
                title={texts.noProjectsYet}
                action={administrator && <ButtonLink to="/projects/new">{texts.addGitlabProject}</ButtonLink>}
              >
                {texts.addAGitlabProjectTo}
              </Empty>
            </Panel>
          ) : (
            <>
              <div className={`row ${classes.filters}`}>
                <TextInput
                  aria-label={texts.filterByNamePathOr}
                  placeholder={texts.filterByNamePathOr}
                  leftSection={<IconFilter size={14} stroke={1.7} />}
                  value={typed}
                  onChange={({ currentTarget: { value } }) => {
                    setTyped(value);
                    change({ name: value === '' ? undefined : value });
                  }}
                />
                <Checkbox
                  label={texts.needsAttention}
                  checked={search.ailing === true}
                  onChange={({ currentTarget: { checked } }) =>
                    change({ ailing: checked ? true : undefined })
                  }
                />
              </div>
              <ProjectTable
                projects={projects.filter((p) => matches(p, search, now))}
                total={projects.length}
                onClear={() => {
                  setTyped('');
                  void navigate({ search: {}, replace: true });
                }}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function matches(state: ProjectState, { name = '', ailing = false }: Search, now: number): boolean {
  const { id, path, gitlabUrl } = state.project;
  const hay = `${id} ${path} ${gitlabUrl}`.toLowerCase();
  return hay.includes(name.trim().toLowerCase()) && (!ailing || ails(state, now));
}

function ails(state: ProjectState, now: number): boolean {
  const tones = columns.map(({ check }) => lookOf(state.health, check, now).tone);
  return [...tones, syncLook(state, now).tone].some((tone) => tone === 'bad' || tone === 'warn');
}

const columns: readonly { word: string; check: CheckName }[] = [
  { word: texts.apiToken, check: 'token' },
  { word: texts.triggerToken, check: 'triggerToken' },
  { word: texts.webhook, check: 'webhook' },
  { word: texts.gateway, check: 'gateway' },
];

interface ProjectTableProps {
  projects: readonly ProjectState[];
  total: number;
  onClear: () => void;
}

function ProjectTable({ projects, total, onClear }: ProjectTableProps) {
  const now = useNow();
  return (
    <Panel
      title={texts.projects}
      note={projects.length === total ? total : texts.ofText(projects.length, total)}
      flush
    >
      {projects.length === 0 ? (
        <Empty
          title={texts.noResults}
          action={
            <Button variant="default" onClick={onClear}>
              {texts.clearFilters}
            </Button>
          }
        />
      ) : (
        <Table
          label={texts.gitlabProjects}
          heads={[texts.project, ...columns.map((c) => c.word), texts.lastSync, texts.checked]}
        >
          {projects.map((state) => (
            <tr key={state.project.id}>
              <td>
                <QuietLink to="/administration/projects/$cluster" params={{ cluster: state.project.id }}>
                  {state.project.id}
                </QuietLink>
                <div className="dim tiny">
                  {texts.on(state.project.path, hostOf(state.project.gitlabUrl))}
                </div>
              </td>
              {columns.map(({ check }) => (
                <td key={check} title={found(state.health, check)?.detail}>
                  <Status look={lookOf(state.health, check, now)} />
                  {check === 'token' && state.health.tokenExpiresAt !== undefined && (
                    <div className="dim tiny">
                      <Time at={state.health.tokenExpiresAt} ahead prefix={texts.expires} />
                    </div>
                  )}
                </td>
              ))}
              <td data-wrap>
                <Status look={syncLook(state, now)} /> <Time at={state.sync.succeededAt} />
                {state.sync.error !== undefined && <div className="dim tiny">{state.sync.error}</div>}
              </td>
              <td data-dim>
                {state.health.checkedAt === undefined ? texts.never : <Time at={state.health.checkedAt} />}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

function syncLook({ sync }: ProjectState, now: number): Look {
  if (sync.error !== undefined) return { shape: 'cross', tone: 'bad', word: texts.failed };
  if (sync.waitingSince !== undefined)
    return { shape: 'dashed', tone: 'quiet', word: texts.waitingForGitLab };
  if (sync.succeededAt === undefined) return { shape: 'dashed', tone: 'quiet', word: texts.never };
  const read = parseTime(sync.succeededAt);
  if (read && isFuture(read, now)) return { shape: 'cross', tone: 'bad', word: texts.wrongClock };
  if (isStale(sync.succeededAt, now)) return { shape: 'triangle', tone: 'warn', word: texts.stale };
  return { shape: 'check', tone: 'ok', word: texts.synced };
}

function hostOf(address: string): string {
  return URL.parse(address)?.host ?? address;
}
