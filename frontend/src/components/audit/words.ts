/** What was done, by what the log calls it, grouped by what it was done to. */
export const actionGroups: Record<string, Record<string, string>> = {
  People: {
    'user.created': 'Account made',
    'user.renamed': 'Name changed',
    'user.role': 'Roles changed',
    'user.disabled': 'Account disabled',
    'user.enabled': 'Account enabled',
    'user.password': 'Password changed',
    'user.linked': 'Google account linked',
    'session.started': 'Logged in',
    'session.ended': 'Sessions ended',
    'session.reused': 'Session ended: used twice',
    'token.created': 'API token made',
    'token.revoked': 'API token revoked',
    'invitation.created': 'Invited',
    'invitation.resent': 'Invitation sent again',
    'invitation.revoked': 'Invitation revoked',
    'invitation.used': 'Invitation used',
  },
  Projects: {
    'project.added': 'Project added',
    'project.removed': 'Project removed',
    'project.credentialsReplaced': 'Credentials replaced',
    'project.webhookSecretRotated': 'Webhook secret rotated',
    'project.deployKeyMade': 'Deploy key made',
    'project.deployKeyChanged': 'Deploy key changed',
    'project.gatewayChanged': 'Gateway changed',
    'project.usageChanged': 'Usage report changed',
    'project.overridden': 'Facts or links overridden',
    'project.contract': 'Contract changed',
  },
  Instances: {
    'operation.create': 'Create asked for',
    'operation.update': 'Update asked for',
    'operation.archive': 'Archive asked for',
    'operation.unarchive': 'Unarchive asked for',
    'operation.delete': 'Delete asked for',
    'operation.buildImages': 'Build images asked for',
    'operation.reprovision': 'Reprovision asked for',
    'operation.withdrawn': 'Operation withdrawn',
    'instance.protection': 'Protection changed',
    'pipeline.retry': 'Pipeline retried',
    'pipeline.cancel': 'Pipeline canceled',
    'bulk.update': 'Bulk change started',
    'bulk.buildImages': 'Bulk build of images started',
  },
};

const actionWords = new Map(Object.values(actionGroups).flatMap((words) => Object.entries(words)));

/** An action in words; one that is new since, as the log calls it. */
export function actionWord(action: string): string {
  return actionWords.get(action) ?? action;
}

const destructive = new Set([
  'user.disabled',
  'session.reused',
  'project.removed',
  'operation.delete',
  'operation.reprovision',
  'operation.archive',
]);

/** Whether it took something away, or should be looked at. */
export function isGrave(action: string): boolean {
  return destructive.has(action);
}

export type Subject =
  | { kind: 'cluster'; cluster: string; instance: string | undefined }
  | { kind: 'user' | 'invitation' | 'bulk' | 'other'; id: string };

/** What an entry is about: `cluster/a/instance/b`, `project/a`, `user/01h2…`. */
export function subjectOf(target: string): Subject {
  const [kind = '', id = '', , instance] = target.split('/');
  if (kind === 'cluster' || kind === 'project') return { kind: 'cluster', cluster: id, instance };
  if (kind === 'user' || kind === 'invitation' || kind === 'bulk') return { kind, id };
  return { kind: 'other', id: target };
}
