import { Button, Textarea, TextInput } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Cluster } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Yaml } from '@/components/yaml/Yaml';
import { Panel } from '@/components/Panel';
import { longestName, nameProblem } from '@/lib/names';
import classes from './-deploy.module.css';
import { NextSteps } from './-NextSteps';
import { marksOf, useDeployment } from './-useDeployment';
import { useOverrides } from './-useOverrides';

const starting = `# Only what differs from the cluster's defaults.
PLATFORM_NAME: 
CONTACT_EMAIL: 
`;

interface DeployFormProps {
  cluster: Cluster;
  /** Names the cluster has. */
  taken: readonly string[];
}

export function DeployForm({ cluster, taken }: DeployFormProps) {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [touched, setTouched] = useState(false);
  const [text, setText] = useState(starting);
  const [reason, setReason] = useState('');
  const { overrides, read } = useOverrides(text);
  const deployment = useDeployment(
    cluster.id,
    (operation) =>
      void navigate({
        to: '/clusters/$cluster/instances/$instance',
        params: { cluster: cluster.id, instance: operation.instance },
        search: { operation: operation.id },
      }),
  );
  const problem = nameProblem(name, taken);
  const marks = [...overrides.problems, ...marksOf(deployment.fields, overrides.lines)];
  const nameError = deployment.fields.instance ?? (touched || name !== '' ? problem : undefined);

  return (
    <form
      noValidate
      className={classes.columns}
      onSubmit={(event) => {
        event.preventDefault();
        setTouched(true);
        void read().then(({ problems, values }) => {
          if (problem !== undefined || problems.length > 0) return;
          deployment.start({ instance: name, overrides: withoutBlanks(values), reason: reason.trim() });
        });
      }}
    >
      <div className={classes.fields}>
        <Panel title="Name">
          <TextInput
            label="Name of the instance"
            description="Small letters, digits and hyphens. It becomes the namespace, and cannot be changed."
            required
            withAsterisk={false}
            autoFocus
            maxLength={longestName + 20}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
              deployment.reset();
            }}
            onBlur={() => {
              if (name !== '') setTouched(true);
            }}
            error={nameError}
          />
          <p className={classes.good} role="status">
            {nameError === undefined && name !== '' && `${name} is free on ${cluster.name}.`}
          </p>
        </Panel>
        <Panel title="Overrides" note="YAML; Tutor and Grove keys">
          <Yaml
            label="Overrides in YAML"
            text={text}
            minHeight={220}
            marks={marks}
            onChange={(next) => {
              setText(next);
              deployment.reset();
            }}
          />
          <div role="status">
            {marks.length > 0 && (
              <ul className={classes.marks} aria-label="Problems in the overrides">
                {marks.map((mark, i) => (
                  <li key={i}>
                    Line {mark.line}: {mark.message}
                  </li>
                ))}
              </ul>
            )}
          </div>
        </Panel>
        <Panel title="Why">
          <Textarea
            label="Reason"
            description="Stands in the history, for whoever looks later. May stay empty."
            rows={3}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Panel>
      </div>
      <aside className={classes.side} aria-label="What happens next">
        <NextSteps name={name} cluster={cluster} />
        {deployment.failure && <Failure error={deployment.failure} what="Nothing was deployed." />}
        <Button
          type="submit"
          size="sm"
          fullWidth
          loading={deployment.busy}
          leftSection={<IconRocket size={17} stroke={1.7} />}
        >
          Deploy
        </Button>
      </aside>
    </form>
  );
}

/** A key that was left without a value says nothing. */
function withoutBlanks(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
