import { useQuery } from '@tanstack/react-query';
import { treeQuery } from '@/api/queries/fleet';
import { useId } from 'react';
import type { Grants, Role } from '@/api/types';
import { ErrorText } from '@/components/ErrorText';
import { roleHelp, roleWords } from '@/components/roles';
import { Checkbox } from '@/components/ui/Checkbox';
import { NativeSelect } from '@/components/ui/Field';
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
  const id = useId();
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
    <div className="stack gap-14">
      <fieldset className={`row ${classes.scope}`}>
        <legend>{texts.access}</legend>
        {[true, false].map((all) => (
          <label key={String(all)} className="inline">
            <input
              type="radio"
              name={`${id}-scope`}
              checked={(grants.role !== undefined) === all}
              onChange={() => setEverywhere(all ? 'viewer' : '')}
            />
            {all ? texts.allClusters : texts.onlyTheseClusters}
          </label>
        ))}
      </fieldset>
      {grants.role !== undefined && (
        <NativeSelect
          style={{ maxWidth: 420 }}
          label={texts.roleOnAllClusters}
          description={roleHelp[grants.role]}
          data={roles.map((value) => ({ value, label: roleWords[value] }))}
          value={grants.role}
          onChange={(event) => setEverywhere(event.currentTarget.value)}
        />
      )}
      <ErrorText>{error}</ErrorText>
      {grants.role !== 'administrator' && (
        <fieldset className={classes.clusters}>
          <legend>
            {grants.role === undefined ? texts.rolesPerCluster : texts.additionalRolesPerCluster}
          </legend>
          {(tree.data?.clusters ?? []).map(({ id: cluster, name }) => (
            <div key={cluster} className={`line ${classes.cluster}`}>
              <Checkbox
                size="sm"
                label={name}
                checked={own[cluster] !== undefined}
                onChange={(event) => setOn(cluster, event.currentTarget.checked ? 'viewer' : undefined)}
              />
              {own[cluster] !== undefined && (
                <NativeSelect
                  size="sm"
                  aria-label={texts.roleOn(name)}
                  data={roles.map((value) => ({ value, label: roleWords[value] }))}
                  value={own[cluster]}
                  onChange={(event) => setOn(cluster, event.currentTarget.value as Role)}
                />
              )}
            </div>
          ))}
        </fieldset>
      )}
    </div>
  );
}
