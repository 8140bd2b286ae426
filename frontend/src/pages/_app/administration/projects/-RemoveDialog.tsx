import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { clusterQuery } from '@/api/queries/fleet';
import { projectQuery, removeProject } from '@/api/queries/projects';
import type { Project, Removal } from '@/api/types';
import { FormDialog } from '@/components/ApiForm';
import { Dialog } from '@/components/Dialog';
import { Notice } from '@/components/Notice';
import { Actions } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import classes from './-projects.module.css';
import * as texts from '@/texts/projects';

/** Takes a project out of Ocim once its name is typed, and shows what is gone and what is not. */
export default function RemoveDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const id = useId();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [removal, setRemoval] = useState<Removal>();
  const form = useApiForm({
    initialValues: { confirm: '' },
    validate: {},
    send: ({ confirm }) => removeProject(project.id, confirm),
    onDone: setRemoval,
  });
  const leave = () => {
    void navigate({ to: '/administration/projects' }).then(() => {
      queryClient.removeQueries({ queryKey: projectQuery(project.id).queryKey });
      queryClient.removeQueries({ queryKey: clusterQuery(project.id).queryKey });
      return queryClient.invalidateQueries();
    });
  };
  if (removal) return <Removed project={project} removal={removal} onClose={leave} />;
  return (
    <FormDialog
      title={texts.removeFromOcim(project.id)}
      form={form}
      failed={texts.couldntRemoveTheProject}
      verb={texts.removeFromOcim2}
      danger
      disabled={form.values.confirm !== project.id}
      onClose={onClose}
    >
      <p>{texts.ocimDeletesTheCredentialsAnd}</p>
      <Items
        title={texts.notAffected}
        items={[texts.theGitlabProjectWithIts(project.path), texts.theClusterWithAllIts, texts.theAuditLog]}
      />
      <p id={`${id}-why`}>{texts.typeToConfirm(project.id)}</p>
      <TextInput
        aria-label={texts.type(project.id)}
        aria-describedby={`${id}-why`}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
        {...form.field('confirm')}
      />
    </FormDialog>
  );
}

function Removed({ project, removal, onClose }: { project: Project; removal: Removal; onClose: () => void }) {
  return (
    <Dialog title={texts.removed2(project.id)} onClose={onClose}>
      <div className="stack gap-12" role="status">
        {(removal.warnings ?? []).map((warning) => (
          <Notice key={warning} tone="warn">
            {warning}
          </Notice>
        ))}
        <Items title={texts.removed} items={removal.removed} />
        <Items title={texts.unchanged} items={removal.stays} />
      </div>
      <Actions apart>
        <Button onClick={onClose} data-autofocus>
          {texts.viewProjects}
        </Button>
      </Actions>
    </Dialog>
  );
}

function Items({ title, items }: { title: string; items: readonly string[] }) {
  return (
    <div className={classes.items}>
      <h3>{title}</h3>
      <ul>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </div>
  );
}
