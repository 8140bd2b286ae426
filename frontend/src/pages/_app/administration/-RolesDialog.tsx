import { api } from '@/api/client';
import type { Grants, User } from '@/api/types';
import { FormDialog } from '@/components/ApiForm';
import { useApiForm } from '@/components/useApiForm';
import { GrantsFields } from './-GrantsFields';
import * as texts from '@/texts/administration';

interface RolesDialogProps {
  user: User;
  onDone: () => void;
  onClose: () => void;
}

export default function RolesDialog({ user, onDone, onClose }: RolesDialogProps) {
  const form = useApiForm({
    initialValues: { grants: grantsOf(user) },
    validate: {},
    send: ({ grants }) =>
      api.patch('/auth/v1/users/{user}', { params: { path: { user: user.id } }, body: { grants } }),
    onDone: () => {
      onDone();
      onClose();
    },
  });
  return (
    <FormDialog
      title={texts.rolesOf(user.name)}
      form={form}
      failed={texts.couldntChangeTheRoles}
      verb={texts.changeRoles}
      onClose={onClose}
    >
      <GrantsFields
        grants={form.values.grants}
        error={form.errors.grants}
        onChange={(next) => form.set('grants', next)}
      />
    </FormDialog>
  );
}

function grantsOf({ role, clusters }: User): Grants {
  return { ...(role === undefined ? {} : { role }), ...(clusters === undefined ? {} : { clusters }) };
}
