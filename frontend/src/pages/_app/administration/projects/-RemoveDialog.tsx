import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { clusterQuery } from '@/api/queries/fleet';
import { projectQuery, removeProject } from '@/api/queries/projects';
import type { Project, Removal } from '@/api/types';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import classes from './-projects.module.css';

/** Takes a project out of Ocim once its name is typed, and tells what is gone and what is not. */
export default function RemoveDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const id = useId();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => removeProject(project.id, typed),
  });
  const leave = () => {
    void navigate({ to: '/administration/projects' }).then(() => {
      queryClient.removeQueries({ queryKey: projectQuery(project.id).queryKey });
      queryClient.removeQueries({ queryKey: clusterQuery(project.id).queryKey });
      return queryClient.invalidateQueries();
    });
  };
  if (data) return <Removed project={project} removal={data} onClose={leave} />;
  return (
    <Dialog title={`Remove ${project.id} from Ocim?`} onClose={onClose}>
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === project.id && !isPending) mutate();
        }}
      >
        <p>
          Ocim forgets its credentials and all that it read, and takes its webhook and deploy key from GitLab.
        </p>
        <div>
          <h3>This stays as it is</h3>
          <ul className={classes.list}>
            <li>the GitLab project {project.path}, with its repository and pipelines</li>
            <li>the cluster, with all its instances and their data</li>
            <li>the audit log</li>
          </ul>
        </div>
        <p id={`${id}-why`}>
          Type <strong>{project.id}</strong> to confirm it.
        </p>
        <TextInput
          aria-label={`Type ${project.id}`}
          aria-describedby={`${id}-why`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {error && <Failure error={error} what="It was not removed." />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" color="red.9" disabled={typed !== project.id} loading={isPending}>
            Remove from Ocim
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Removed({ project, removal, onClose }: { project: Project; removal: Removal; onClose: () => void }) {
  const lists: [string, readonly string[]][] = [
    ['Gone', removal.removed],
    ['Left as it was', removal.stays],
  ];
  return (
    <Dialog title={`${project.id} is removed`} onClose={onClose}>
      <div className={classes.form} role="status">
        {(removal.warnings ?? []).map((warning) => (
          <p key={warning} className={classes.warning}>
            {warning}
          </p>
        ))}
        {lists.map(([title, items]) => (
          <div key={title}>
            <h3>{title}</h3>
            <ul className={classes.list}>
              {items.map((item) => (
                <li key={item}>{item}</li>
              ))}
            </ul>
          </div>
        ))}
      </div>
      <div className={classes.buttons}>
        <Button onClick={onClose} data-autofocus>
          To the projects
        </Button>
      </div>
    </Dialog>
  );
}
