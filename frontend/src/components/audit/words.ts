import * as texts from '@/texts/audit';

/** What was done, by what the log calls it, grouped by what it was done to. */
export const actionGroups: Record<string, Record<string, string>> = {
  People: {
    'user.created': texts.accountCreated,
    'user.renamed': texts.nameChanged,
    'user.role': texts.rolesChanged,
    'user.disabled': texts.accountDisabled,
    'user.enabled': texts.accountEnabled,
    'user.password': texts.passwordChanged,
    'user.linked': texts.googleAccountLinked,
    'session.started': texts.loggedIn,
    'session.ended': texts.sessionsEnded,
    'session.reused': texts.sessionEndedTokenReuseDetected,
    'token.created': texts.apiTokenCreated,
    'session.refused': texts.logInRefused,
    'user.unlinked': texts.signInUnlinked,
    'user.browsers': texts.browsersForgotten,
    'job.log': texts.jobLogRead,
    'pod.log': texts.podLogRead,
    'token.revoked': texts.apiTokenRevoked,
    'invitation.created': texts.invitationSent,
    'invitation.resent': texts.invitationResent,
    'invitation.revoked': texts.invitationRevoked,
    'invitation.used': texts.invitationUsed,
  },
  Projects: {
    'project.added': texts.projectAdded,
    'project.removed': texts.projectRemoved,
    'project.credentialsReplaced': texts.credentialsReplaced,
    'project.webhookSecretRotated': texts.webhookSecretRotated,
    'project.deployKeyMade': texts.deployKeyCreated,
    'project.deployKeyChanged': texts.deployKeyChanged,
    'project.gatewayChanged': texts.gatewayChanged,
    'project.usageChanged': texts.usageReportSettingsChanged,
    'project.overridden': texts.factsOrLinksOverridden,
    'project.contract': texts.groveIntegrationChanged,
    'event.retry': texts.eventRetried,
    'event.discard': texts.eventDiscarded,
    'item.view': texts.itemViewed,
    'item.retry': texts.itemRetried,
    'item.discard': texts.itemDiscarded,
  },
  Instances: {
    'operation.create': texts.creationRequested,
    'operation.update': texts.updateRequested,
    'operation.rollBack': texts.rollbackRequested,
    'operation.archive': texts.archiveRequested,
    'operation.unarchive': texts.unarchiveRequested,
    'operation.delete': texts.deletionRequested,
    'operation.buildImages': texts.imageBuildRequested,
    'operation.reprovision': texts.reprovisioningRequested,
    'operation.withdrawn': texts.operationWithdrawn,
    'operation.resumed': texts.operationResumed,
    'operation.takenOver': texts.operationTakenOver,
    'instance.protection': texts.protectionChanged,
    'instance.annotation': texts.annotationChanged,
    'pipeline.retry': texts.pipelineRetried,
    'pipeline.cancel': texts.pipelineCanceled,
    'bulk.update': texts.bulkChangeStarted,
    'bulk.archive': texts.bulkArchiveStarted,
    'bulk.unarchive': texts.bulkUnarchiveStarted,
    'bulk.pause': texts.bulkChangePaused,
    'bulk.resume': texts.bulkChangeResumed,
    'bulk.abort': texts.bulkChangeAborted,
    'bulk.retry': texts.bulkChangeRetried,
  },
};

const actionWords = new Map(Object.values(actionGroups).flatMap((words) => Object.entries(words)));

/** An action in words; one that is new since, as the log calls it. */
export function actionWord(action: string): string {
  return actionWords.get(action) ?? action;
}

const fieldNames: Partial<Record<string, string>> = {
  'grants.global': texts.roleOnAllClusters,
  disabled: texts.disabled,
  email: texts.email,
  gatewayUrl: texts.gatewayAddress,
  gitlabUrl: texts.gitlabAddress,
  kind: texts.operation,
  lifecycle: texts.lifecycle,
  name: texts.name,
  protected: texts.isProtected,
  reason: texts.reason,
  release: texts.release,
  state: texts.state,
  status: texts.status,
};

/** The name of a changed value in words; a role on one cluster names it, and a file or key stays as it is. */
export function fieldWord(field: string): string {
  const cluster = /^grants\.clusters\.(.+)$/.exec(field)?.[1];
  if (cluster !== undefined) return texts.roleOn(cluster);
  return fieldNames[field] ?? (/[_/]|[A-Z]{2}|\.(yml|txt)\b/.test(field) ? field : spelledOut(field));
}

/** The name of a field as words: “gatewayPassword” is “Gateway password”. */
function spelledOut(field: string): string {
  const words = field
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replaceAll('.', ' ')
    .replaceAll(/\bgitlab\b/g, 'GitLab')
    .replaceAll(/\b(id|url)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What was recorded without the name of a value; names of fields in words. */
export function recordedWord(value: string): string {
  return value.replaceAll(/(?<=^|, )[a-z]+[A-Z][a-zA-Z]*(?=, |$)/g, fieldWord);
}

const destructive = new Set([
  'user.disabled',
  'session.reused',
  'project.removed',
  'operation.delete',
  'operation.reprovision',
  'operation.archive',
  'item.discard',
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
