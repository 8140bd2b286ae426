import type { ReactNode } from 'react';
export * from './words';

// _app/clusters/index.tsx
export const healthOfInstances = 'Health of instances';
export const problem = 'Problem';
export const syncFailed = (syncError: string) => `Sync failed: ${syncError}`;
export const aFileHasAProblem = 'A file has a problem';
export const problemsInFiles = (problems: number) => `${problems} problems in files`;
export const eachGitlabProjectDefinesOne =
  'Each GitLab project defines one cluster. Add one, and Ocim reads its instances.';

// _app/clusters/$cluster/index.tsx
export const deployANewInstance = 'Deploy a new instance';
export const ocimHasntReadTheProject = 'Ocim hasn’t read the project yet.';
export const notInGit = (names: readonly string[]) =>
  names.length === 1
    ? 'The cluster runs an instance that isn’t in git'
    : `The cluster runs ${String(names.length)} instances that aren’t in git`;
export const whatIsNotInGit = (names: readonly string[]) =>
  `No file in the project describes ${names.join(', ')}. Check whether anybody still needs them, then delete their namespaces and databases, or put their files back into git.`;
export const id = (projectId: number) => `id ${projectId}`;
export const ocimHasntContactedTheCluster = 'Ocim hasn’t contacted the cluster yet.';
export const to = (nodesMin: string, nodesMax: string) => `${nodesMin} to ${nodesMax}`;
export const overriddenInTheRepository = (list: string) => `overridden; in the repository: ${list}`;
export const unknownLink = (factWord: string) => `${factWord}: unknown`;
export const overrideIt = 'Override it';
export const clusterYmlMayNotDefine = (link: ReactNode) => <>cluster.yml may not define it. {link}</>;
export const viewInList = 'View in list';
export const theRepositoryHasNoFiles = (
  <>
    The repository has no files in <code>instances/</code>.
  </>
);
export const instancesOf = (name: string) => `Instances of ${name}`;
export const workloads = 'Workloads';
export const loadingWorkloads = 'Loading workloads';

// _app/clusters/-NextSteps.tsx
export const ocimSavesTheOperationIf = (name: string) =>
  `Ocim saves the operation. If ${name} is busy, it waits in the queue.`;
export const ocimTriggersAGitlabPipeline = (part: ReactNode) => (
  <>Ocim triggers a GitLab pipeline; Grove writes {part} and merges it.</>
);
export const aPipelineBuildsAndDeploys =
  'A pipeline builds and deploys the instance. A first deployment takes about 25 minutes.';
export const theInstanceBecomesActiveWhen = 'The instance becomes active when that pipeline succeeds.';

// _app/clusters/-DeployForm.tsx
export const onlyWhatDiffersFromThe =
  "# Only what differs from the cluster's defaults.\nPLATFORM_NAME: \nCONTACT_EMAIL: \n";
export const loadingPreview = 'Loading preview';
export const lowercaseLettersDigitsAndHyphens =
  'Lowercase letters, digits and hyphens. Also used as the namespace; you can’t change it later.';
export const isAvailable = (name: string, _cluster: string) => `${name} is available.`;
export const overrides = 'Overrides';
export const tutorAndGroveKeysAs = 'Tutor and Grove keys, as YAML';
export const overridesYaml = 'Overrides (YAML)';
export const problemsInTheOverrides = 'Problems in the overrides';
export const line = (line: number, message: string) => `Line ${line}: ${message}`;
export const whatHappensNext = 'What happens next';
export const couldntDeployTheInstance = 'Couldn’t deploy the instance';

// _app/clusters/$cluster/deploy.tsx
export const deployOn = (cluster: string) => `Deploy on ${cluster}`;
export const usesSDefaultsPlusYour = (name: string) => `Uses ${name}’s defaults plus your overrides.`;
export const youNeedTheOperatorRole = 'You need the Operator role on this cluster. Ask an administrator.';

// _app/clusters/$cluster/pipelines/$pipeline.tsx
export const pipeline = (id: string) => `Pipeline #${id}`;
export const couldntReachGitlab = 'Couldn’t reach GitLab';
export const showingTheLastKnownState = (stale: string) => `${stale} Showing the last known state.`;
export const jobs = 'Jobs';
export const noJobs = 'No jobs';
export const pipelineFailed = (id: number) => `Pipeline ${String(id)} failed`;
export const theChildPipelinesHaveThe = 'The child pipelines have the jobs.';
export const childPipeline = (id: number) => `Child pipeline #${id}`;
export const theChildPipeline = 'the child pipeline';
export const actionsByPeople = 'Actions by people';
export const startedBy = 'Started by';
export const commit = 'Commit';
export const parent = 'Parent';

// _app/clusters/-FourFacts.tsx
export const requestedTheFirstDeploymentHasnt = 'Requested. The first deployment hasn’t succeeded yet.';
export const deployed = 'Deployed';
export const removedFromGitByAn = 'Removed from git by an archive operation.';
export const removedFromGit = 'Removed from git.';
export const changed = 'Changed ';
export const whoChangedThis = 'Who changed this?';
export const by = (changedBy: string) => ` by ${changedBy}`;
export const noGroveOperation = 'No Grove operation';
export const freshness = 'Freshness';
export const twoSyncsWereMissed = 'Two syncs were missed.';
export const readInTheFuture = 'It was read in the future: a clock is wrong.';
export const nothing = 'nothing';
export const upToDate = 'Up to date.';
export const gitAtCommit = (short: string) => `Git at commit ${short}.`;
export const cluster = 'Cluster: ';
export const clusterNever = 'Cluster: never';
export const refresh = 'Refresh.';
export const gitlab = 'GitLab: ';
export const gitlabNever = 'GitLab: never';
export const waitForTheOperationOr = 'Wait for the operation, or check why it failed.';
export const unarchiveTheInstanceToDeploy = 'Unarchive the instance to deploy it again.';
export const waitingForAManualAction = 'Waiting for a manual action in GitLab.';
export const retryThePipelineOrUpdate = 'Retry the pipeline, or update the instance.';
export const theClusterHasntReportedYet = 'The cluster hasn’t reported yet.';
export const allWorkloadsAreReady = 'All workloads are ready.';

// _app/clusters/$cluster/instances/$instance/index.tsx
export const on = (name: string, cluster: string) => `${name} on ${cluster}`;
export const sectionsOf = (instance: string) => `Sections of ${instance}`;
export const loadingSection = 'Loading section';
export const noWorkloads = 'No workloads';
export const theFirstDeploymentHasntSucceeded =
  'The first deployment hasn’t succeeded yet. See the operation above.';
export const theInstanceIsArchivedIts = 'The instance is archived; its pods were removed.';
export const groveWritesTheFilesTo =
  'Grove writes the files to the repository when it accepts the operation.';
export const thisInstanceIsntInThe = 'This instance isn’t in the repository.';
export const theSite = 'the site';
export const refreshed = (format: string) => `Refreshed ${format}.`;
export const refresh2 = 'Refresh';
export const couldntRefreshTheInstance = 'Couldn’t refresh the instance';

// _app/clusters/$cluster/instances/$instance/compare.tsx
export const compare2 = (instance: string) => `Compare ${instance}`;
export const differencesBetweenTwoConfigurationsIn = 'Differences between two configurations in git.';
export const compareWith = 'Compare with';
export const differences = 'Differences';
export const nothingSelected = 'Nothing selected';
export const selectAnInstanceAnOperation = 'Select an instance, an operation or a commit.';
export const commit2 = (short: string) => `commit ${short}`;
export const theConfigurationOf = (instance: string) => `the configuration of ${instance}`;
export const theConfigurationOf2 = (name: string) => `the configuration of ${name}`;
export const secretsAreMaskedOnBoth =
  'Secrets are masked on both sides, so differences between secrets aren’t shown.';

// _app/clusters/$cluster/instances/$instance/update.tsx
export const update2 = (instance: string) => `Update ${instance}`;
export const editTheConfigurationReviewThe = 'Edit the configuration, review the preview, then deploy.';
export const theConfiguration = 'the configuration';
export const synced = 'Synced ';
export const themeIs = (theme: string) => `Theme ${theme}`;
export const use = (name: string) => `Use ${name}`;
