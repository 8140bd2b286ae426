import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import type { Grants, User } from '@/api/types';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import { Actions } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
import { GrantsFields } from './-GrantsFields';
import classes from './-people.module.css';
import * as texts from '@/texts/administration';

interface RolesDialogProps {
  user: User;
  onDone: () => void;
  onClose: () => void;
}

export default function RolesDialog({ user, onDone, onClose }: RolesDialogProps) {
  const [grants, setGrants] = useState<Grants>(() => grantsOf(user));
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      api.patch('/auth/v1/users/{user}', { params: { path: { user: user.id } }, body: { grants } }),
    onSuccess: () => {
      onDone();
      onClose();
    },
  });
  return (
    <Dialog title={texts.rolesOf(user.name)} onClose={onClose}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <GrantsFields grants={grants} onChange={setGrants} />
        {error && <Failure error={error} what={texts.couldntChangeTheRoles} />}
        <Actions>
          <Button variant="default" onClick={onClose}>
            {texts.cancel}
          </Button>
          <Button type="submit" loading={isPending}>
            {texts.changeRoles}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

function grantsOf({ role, clusters }: User): Grants {
  return { ...(role === undefined ? {} : { role }), ...(clusters === undefined ? {} : { clusters }) };
}
