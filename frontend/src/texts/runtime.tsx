import type { ReactNode } from 'react';
export * from './words';

// runtime/ClusterPanel.tsx
export const firstError = 'First error:';
export const showFirstError = 'Show first error';
export const notDeployedOnTheCluster = 'Not deployed on the cluster';
export const theInstanceIsInGit = 'The instance is in git, but the cluster has no namespace for it.';
export const noDataAbout = (kind: string, reason: string) => `No data about ${kind}: ${reason}`;

// runtime/words.ts
export const crashloopbackoffKubernetesIsWaitingBefore =
  'CrashLoopBackOff: Kubernetes is waiting before the next restart';
export const imagepullbackoffKubernetesIsWaitingBefore =
  'ImagePullBackOff: Kubernetes is waiting before it pulls the image again';
export const theImageCantBePulled = 'The image can’t be pulled';
export const theImageNameIsInvalid = 'The image name is invalid';
export const aRequiredSecretOrConfig = 'A required secret or config map is missing';
export const theContainerCantBeCreated = 'The container can’t be created';
export const theContainerCantBeStarted = 'The container can’t be started';
export const creating = 'Creating';
export const waitingForTheInitContainers = 'Waiting for the init containers';
export const exceededItsMemoryLimitOomkilled = 'Exceeded its memory limit (OOMKilled)';
export const theNodeDidntReportThe = 'The node didn’t report the exit status';
export const exceededItsDeadline = 'Exceeded its deadline';
export const completed = 'Completed';
export const exitedWithAnError = 'Exited with an error';
export const runningNotReady = 'Running, not ready';
export const waitingToStart = 'Waiting to start';
export const exited = 'Exited';
export const notStartedYet = 'Not started yet';
export const after = (time: string) => `, after ${time}`;
export const exitCode = (code: number) => `, exit code ${code}`;
export const ofText = (count: number, count2: number) => `${count} of ${count2}`;

// runtime/NodesPanel.tsx
export const node = 'Node';
export const machine = 'Machine';
export const coresRequested = 'Cores requested';
export const memoryRequested = 'Memory requested';
export const theNodes = 'the nodes';
export const noNodes = 'No nodes';
export const workloadsCantRunUntilThe = 'Workloads can’t run until the cluster has a node.';
export const ofText2 = (words: string, words2: string, percent: string) => `${words} of ${words2}${percent}`;

// runtime/EventTable.tsx
export const last = 'Last';
export const message = 'Message';
export const count = 'Count';
export const sinceFirst = (firstAt: string) => `since ${firstAt}`;

// runtime/WarningsPanel.tsx
export const warnings = 'Warnings';
export const theWarnings = 'the warnings';
export const noWarnings = 'No warnings';
export const kubernetesKeepsEventsForAbout = 'Kubernetes keeps events for about an hour.';
export const warningsOfTheCluster = 'Warnings of the cluster';
export const showAll = (count: number) => `Show all ${count}`;

// runtime/DriftNotice.tsx
export const driftUnknown = (message: string) => `Drift unknown: ${message}`;
export const ocimChecksForDriftWhen = 'Ocim checks for drift when the pipeline has finished.';
export const driftTheRunningInstanceDiffers =
  'Drift: the running instance differs from the deployed configuration';
export const itWasChangedInThe =
  'It was changed in the cluster. An update restores the configuration from git.';
export const undeployedConfigurationChanges = 'Undeployed configuration changes';
export const theInstanceRunsTheDeployed =
  'The instance runs the deployed version; git has newer changes. An update deploys them.';
export const theRunningInstanceDiffersFrom = 'The running instance differs from git; the cause is unknown';
export const theLastDeployedVersionIs = (error: string | false) =>
  `The last deployed version is unknown, so this is either drift or an undeployed change.${error || ''}`;
export const noDriftImagesAndReplicas = (time: ReactNode) => (
  <>No drift: images and replicas match git. {time}</>
);
export const pipeline = (pipeline: number) => `pipeline #${pipeline}`;
export const lastDeployedBy = (link: ReactNode) => <>, last deployed by {link}</>;
export const runningInGit = (
  workload: string,
  value: string,
  part: ReactNode,
  part2: ReactNode,
  key: string | false,
) => (
  <>
    {workload}: {value} {part} running, {part2} in git{key}
  </>
);
export const deployed = (part: ReactNode) => <>{part} deployed</>;
export const image = 'image';
export const release = 'release';
export const replicas = 'replicas';
export const minimumReplicas = 'minimum replicas';
export const maximumReplicas = 'maximum replicas';

// runtime/EventsPanel.tsx
export const theEvents = 'the events';
export const warningEvents = 'Warning events';

// runtime/PodDetails.tsx
export const workload = 'Workload';
export const unlimited = 'unlimited';
export const thePodRequestsAndIs = (workload: string | false, resources: string, resources2: string) =>
  `${workload || ''}The pod requests ${resources} and is limited to ${resources2}.`;
export const containersOf = (name: string) => `Containers of ${name}`;
export const initContainer = '(init container)';
export const logsMayContainPersonalData = 'Logs may contain personal data, so only operators can read them.';
export const ofText3 = (word: string, name: string) => `${word} of ${name}`;
export const log = 'Log';
export const previousLog = 'Previous log';
export const lastState = 'Last state';
export const restarts = 'Restarts';
export const requests = 'Requests';
export const limits = 'Limits';
export const image2 = 'Image';

// runtime/PodsPanel.tsx
export const noPodsAreRunningSee = 'No pods are running. See the Deployments below.';
export const pod = 'Pod';
export const phase = 'Phase';
export const beingDeleted = 'Being deleted';
export const noneYet = 'None yet';

// runtime/ReplicationPanel.tsx
export const replication = 'Replication';
export const theReplication = 'the replication';
export const noDeployments = 'No Deployments';
export const theInstancesNamespaceHasNo = 'The instance’s namespace has no Deployments.';
export const desired = 'Desired';
export const available = 'Available';
export const deployments = 'Deployments';
export const deployment = 'Deployment';
export const images = 'Images';
export const kubernetesHasntObservedTheLast = 'Kubernetes hasn’t observed the last change yet.';
export const autoscalers = 'Autoscalers';
export const autoscaler = 'Autoscaler';
export const target = 'Target';
export const min = 'Min';
export const max = 'Max';
export const current = 'Current';
export const metrics = 'Metrics';
export const unknown = 'unknown';
export const ofText4 = (name: string, current: string, target: string) => `${name} ${current} of ${target}`;

// runtime/PodLogLines.tsx
export const noOutput = 'No output.';

// runtime/PodLog.tsx
export const logOf = (pod: string) => `Log of ${pod}`;
export const wrap = 'Wrap';
export const theLog = 'the log';
export const showingTheLastLines = (count: number) => `Showing the last ${count} lines`;
export const outputOfIn = (container: string, pod: string) => `Output of ${container} in ${pod}`;
export const container = 'Container';
export const run = 'Run';
export const previousBeforeTheRestart = 'Previous (before the restart)';

// runtime/JobsPanel.tsx
export const failedJobs = 'Failed jobs';
export const keptByOcimFor30Days = 'Kept by Ocim for 30 days';
export const theJobsLogWasGone = 'The log of the job was gone before Ocim could read it.';
export const lastLinesOf = (job: string) => `Last lines of ${job}`;

// runtime/Running.tsx
export const logsMayContainPersonalData2 =
  'Logs may contain personal data. You need the Operator role on this cluster; ask an administrator.';
