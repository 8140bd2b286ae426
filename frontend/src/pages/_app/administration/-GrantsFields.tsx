import { Checkbox, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { treeQuery } from '@/api/queries/fleet';
import type { Grants, Role } from '@/api/types';
import { roleHelp, roleWords } from '@/components/roles';
import classes from './-people.module.css';
import * as texts from '@/texts/administration';

const roles: readonly Role[] = ['viewer', 'operator', 'administrator'];

interface GrantsFieldsProps {
  grants: Grants;
  error?: string | undefined;
  onChange: (grants: Grants) => void;
}

/** A role everywhere, or roles on certain clusters, or both. */
export function GrantsFields({ grants, error, onChange }: GrantsFieldsProps) {
  const tree = useQuery(treeQuery);
  const own = grants.clusters ?? {};
  const setEverywhere = (value: string) => {
    const { role: _old, ...rest } = grants;
    onChange(value === '' ? rest : { ...rest, role: value as Role });
  };
  const setOn = (cluster: string, role: Role | undefined) => {
    const { [cluster]: _old, ...others } = own;
    onChange({ ...grants, clusters: role === undefined ? others : { ...others, [cluster]: role } });
  };
  return (
    <div className={classes.grants}>
      <NativeSelect
        maw={420}
        label={texts.roleOnEveryCluster}
        description={grants.role === undefined ? texts.onlyOnTheClustersBelow : roleHelp[grants.role]}
        data={[
          { value: '', label: texts.none },
          ...roles.map((value) => ({ value, label: roleWords[value] })),
        ]}
        value={grants.role ?? ''}
        onChange={(event) => setEverywhere(event.currentTarget.value)}
        error={error}
      />
      {grants.role !== 'administrator' && (
        <fieldset className={classes.clusters}>
          <legend>{texts.inAdditionOnCertainClusters}</legend>
          {(tree.data?.clusters ?? []).map(({ id, name }) => (
            <div key={id} className={classes.cluster}>
              <Checkbox
                size="xs"
                label={name}
                checked={own[id] !== undefined}
                onChange={(event) => setOn(id, event.currentTarget.checked ? 'operator' : undefined)}
              />
              {own[id] !== undefined && (
                <NativeSelect
                  size="xs"
                  aria-label={texts.roleOn(name)}
                  data={roles.map((value) => ({ value, label: roleWords[value] }))}
                  value={own[id]}
                  onChange={(event) => setOn(id, event.currentTarget.value as Role)}
                />
              )}
            </div>
          ))}
        </fieldset>
      )}
    </div>
  );
}
