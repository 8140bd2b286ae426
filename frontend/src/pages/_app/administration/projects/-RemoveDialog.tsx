import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { clusterQuery } from '@/api/queries/fleet';
import { projectQuery, removeProject } from '@/api/queries/projects';
import type { Project, Removal } from '@/api/types';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import { Button } from '@/components/ui/Button';
import { TextInput } from '@/components/ui/Field';
import classes from './-projects.module.css';
import * as texts from '@/texts/projects';

/** Takes a project out of Ocim once its name is typed, and shows what is gone and what is not. */
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
    <Dialog title={texts.removeFromOcim(project.id)} onClose={onClose}>
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === project.id && !isPending) mutate();
        }}
      >
        <p>{texts.ocimDeletesTheCredentialsAnd}</p>
        <div>
          <h3>{texts.notAffected}</h3>
          <ul className={classes.list}>
            <li>{texts.theGitlabProjectWithIts(project.path)}</li>
            <li>{texts.theClusterWithAllIts}</li>
            <li>{texts.theAuditLog}</li>
          </ul>
        </div>
        <p id={`${id}-why`}>{texts.typeToConfirm(project.id)}</p>
        <TextInput
          aria-label={texts.type(project.id)}
          aria-describedby={`${id}-why`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {error && <Failure error={error} what={texts.couldntRemoveTheProject} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {texts.cancel}
          </Button>
          <Button type="submit" danger disabled={typed !== project.id} loading={isPending}>
            {texts.removeFromOcim2}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Removed({ project, removal, onClose }: { project: Project; removal: Removal; onClose: () => void }) {
  const lists: [string, readonly string[]][] = [
    [texts.removed, removal.removed],
    [texts.unchanged, removal.stays],
  ];
  return (
    <Dialog title={texts.removed2(project.id)} onClose={onClose}>
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
          {texts.viewProjects}
        </Button>
      </div>
    </Dialog>
  );
}
