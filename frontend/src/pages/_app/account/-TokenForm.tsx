import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { treeQuery } from '@/api/queries/fleet';
import type { Role } from '@/api/types';
import { ApiForm } from '@/components/ApiForm';
import { ClusterChoice } from '@/components/ClusterChoice';
import { roleWords } from '@/components/roles';
import { NativeSelect, TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { required } from '@/lib/required';
import classes from './-account.module.css';
import * as texts from '@/texts/account';

const lives = [
  { value: '7', label: texts.n7Days },
  { value: '30', label: texts.n30Days },
  { value: '90', label: texts.n90Days },
  { value: '365', label: texts.n1Year },
];

const roles = (['viewer', 'operator', 'administrator'] as const).map((value) => ({
  value,
  label: roleWords[value],
}));

const day = 86_400_000;

const unchosen: { name: string; role: Role; days: string; clusters: string[] } = {
  name: '',
  role: 'viewer',
  days: '30',
  clusters: [],
};

/** When something that lives for some days from now ends. */
function inDays(days: string): string {
  return new Date(Date.now() + Number(days) * day).toISOString();
}

export function TokenForm({ onMade }: { onMade: (secret: string) => void }) {
  const tree = useQuery(treeQuery);
  const form = useApiForm({
    initialValues: unchosen,
    validate: { name: required(texts.enterANameThatSays) },
    send: ({ name, role, days, clusters }) =>
      api.post('/auth/v1/me/tokens', {
        body: { name: name.trim(), role, clusters, expiresAt: inDays(days) },
      }),
    onDone: ({ secret }) => {
      form.reset();
      onMade(secret);
    },
  });
  return (
    <ApiForm form={form} failed={texts.couldntCreateTheToken} verb={texts.createToken}>
      <div className={classes.two}>
        <TextInput
          label={texts.name}
          placeholder={texts.forExampleNightlyReport}
          maxLength={200}
          {...form.field('name')}
        />
        <NativeSelect label={texts.role} data={roles} {...form.field('role')} />
        <NativeSelect label={texts.expiresIn} data={lives} {...form.field('days')} />
      </div>
      <ClusterChoice
        label={texts.clusters}
        hint={texts.leaveEmptyForEveryCluster}
        clusters={tree.data?.clusters ?? []}
        chosen={form.values.clusters}
        onChoose={(clusters) => form.set('clusters', clusters)}
      />
    </ApiForm>
  );
}
