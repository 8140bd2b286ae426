import type { ReactNode } from 'react';

// runtime/ClusterPanel.tsx
export const theClusterDoesNotRunIt = 'The cluster does not run it';
export const gitHasTheInstanceTheCluster = 'Git has the instance, the cluster has no such namespace.';
export const without = (kind: string, reason: string) => `Without ${kind}: ${reason}`;
export const asOf = 'As of ';
export const stale = ', stale';

// runtime/words.ts
export const itEndsAgainAndAgainKubernetes =
  'It ends again and again; Kubernetes waits before it starts it once more';
export const itsImageCannotBePulledKubernetes =
  'Its image cannot be pulled; Kubernetes waits before it tries again';
export const itsImageCannotBePulled = 'Its image cannot be pulled';
export const theNameOfItsImageIs = 'The name of its image is no image name';
export const aSecretOrAConfigMap = 'A secret or a config map that it needs is missing';
export const itCannotBeMade = 'It cannot be made';
export const itCannotBeStarted = 'It cannot be started';
export const itIsBeingMade = 'It is being made';
export const itWaitsForTheInitContainers = 'It waits for the init containers';
export const itNeededMoreMemoryThanIts = 'It needed more memory than its limit';
export const itsNodeDoesNotTellHow = 'Its node does not tell how it ended';
export const itTookLongerThanItMay = 'It took longer than it may';
export const itHasDoneItsWork = 'It has done its work';
export const itEndedWithAnError = 'It ended with an error';
export const running = 'Running';
export const runningNotReady = 'Running, not ready';
export const starting = 'Starting';
export const waitsToBeStarted = 'Waits to be started';
export const itEnded = 'It ended';
export const notStartedYet = 'Not started yet';
export const after = (time: string) => `, after ${time}`;
export const exitCode = (code: number) => `, exit code ${code}`;
export const ofText = (count: number, count2: number) => `${count} of ${count2}`;

// runtime/NodesPanel.tsx
export const node = 'Node';
export const state = 'State';
export const machine = 'Machine';
export const pods = 'Pods';
export const coresRequested = 'Cores requested';
export const memoryRequested = 'Memory requested';
export const created = 'Created';
export const nodes = 'Nodes';
export const theNodes = 'The nodes';
export const noNodes = 'No nodes';
export const nothingCanRunUntilTheCluster = 'Nothing can run until the cluster has one.';
export const ofText2 = (words: string, words2: string, percent: string) => `${words} of ${words2}${percent}`;

// runtime/EventTable.tsx
export const last = 'Last';
export const instance = 'Instance';
export const reason = 'Reason';
export const about = 'About';
export const message = 'Message';
export const times = 'Times';
export const since = (firstAt: string) => `since ${firstAt}`;

// runtime/WarningsPanel.tsx
export const warnings = 'Warnings';
export const theWarnings = 'The warnings';
export const noWarnings = 'No warnings';
export const kubernetesKeepsThemForAboutAn = 'Kubernetes keeps them for about an hour.';
export const warningsOfTheCluster = 'Warnings of the cluster';
export const showAll = (count: number) => `Show all ${count}`;

// runtime/DriftNotice.tsx
export const whetherItDriftedIsNotKnown = (message: string) => `Whether it drifted is not known: ${message}`;
export const whetherItDriftedIsToldOnce = 'Whether it drifted is told once its pipeline has ended.';
export const driftItDoesNotRunAs = 'Drift: it does not run as it was deployed';
export const somebodyOrSomethingChangedItIn =
  'Somebody or something changed it in the cluster. An update brings it back to what git says.';
export const changesOfTheConfigurationThatDo = 'Changes of the configuration that do not run yet';
export const itRunsAsItWasDeployed =
  'It runs as it was deployed; git has moved on since. An update deploys what git says.';
export const itDoesNotRunWhatGit = 'It does not run what git says, and nobody knows why';
export const whatWasDeployedLastIsNot = (error: string | false) =>
  `What was deployed last is not known, so this is drift or a change that is not deployed.${error || ''}`;
export const noDriftImagesAndReplicasAre = (time: ReactNode) => (
  <>No drift: images and replicas are as git says, where it says so. {time}</>
);
export const pipeline = (pipeline: number) => `pipeline #${pipeline}`;
export const lastDeployedBy = (link: ReactNode) => <>, last deployed by {link}</>;
export const runsIsInGit = (
  workload: string,
  value: string,
  part: ReactNode,
  part2: ReactNode,
  key: string | false,
) => (
  <>
    {workload}: {value} {part} runs, {part2} is in git{key}
  </>
);
export const wasDeployed = (part: ReactNode) => <>{part} was deployed</>;
export const image = 'image';
export const release = 'release';
export const numberOfReplicas = 'number of replicas';
export const leastReplicas = 'least replicas';
export const mostReplicas = 'most replicas';

// runtime/EventsPanel.tsx
export const events = 'Events';
export const theEvents = 'The events';
export const warningEvents = 'Warning events';

// runtime/Findings.tsx
export const since2 = 'Since ';

// runtime/PodDetails.tsx
export const workload = 'Workload';
export const allThereIs = 'all there is';
export const thePodAsksForAndMay = (workload: string | false, resources: string, resources2: string) =>
  `${workload || ''}The pod asks for ${resources} and may use ${resources2}.`;
export const containersOf = (name: string) => `Containers of ${name}`;
export const initContainer = '(init container)';
export const logsMayHoldWhatPeopleTyped = 'Logs may hold what people typed: operators read them.';
export const ofText3 = (word: string, name: string) => `${word} of ${name}`;
export const log = 'Log';
export const logBeforeTheRestart = 'Log before the restart';
export const since3 = 'since ';
export const lastState = 'Last state';
export const restarts = 'Restarts';
export const requests = 'Requests';
export const limits = 'Limits';
export const image2 = 'Image';

// runtime/PodsPanel.tsx
export const thePods = 'The pods';
export const noPods = 'No pods';
export const nothingOfThisInstanceRunsIts = 'Nothing of this instance runs. Its Deployments are below.';
export const pod = 'Pod';
export const phase = 'Phase';
export const ready = 'Ready';
export const beingDeleted = 'Being deleted';
export const noneYet = 'None yet';

// runtime/ReplicationPanel.tsx
export const replication = 'Replication';
export const theReplication = 'The replication';
export const noDeployments = 'No Deployments';
export const theClusterHasNoneInThis = 'The cluster has none in this instance’s namespace.';
export const desired = 'Desired';
export const updated = 'Updated';
export const available = 'Available';
export const deployments = 'Deployments';
export const deployment = 'Deployment';
export const images = 'Images';
export const kubernetesHasNotSeenItsLast = 'Kubernetes has not seen its last change yet.';
export const autoscalers = 'Autoscalers';
export const autoscaler = 'Autoscaler';
export const scales = 'Scales';
export const min = 'Min';
export const max = 'Max';
export const current = 'Current';
export const wanted = 'Wanted';
export const metrics = 'Metrics';
export const unknown = 'unknown';
export const ofText4 = (name: string, current: string, target: string) => `${name} ${current} of ${target}`;

// runtime/PodLogLines.tsx
export const itHasWrittenNothing = 'It has written nothing.';
export const home = 'Home';
export const lines = 'Lines';

// runtime/PodLog.tsx
export const logOf = (pod: string) => `Log of ${pod}`;
export const copied = 'Copied';
export const copy = 'Copy';
export const download = 'Download';
export const closeTheLog = 'Close the log';
export const wrap = 'Wrap';
export const follow = 'Follow';
export const theLog = 'The log';
export const theLastLinesWhatIsBefore = (count: number) =>
  `The last ${count} lines; what is before is left out.`;
export const outputOfIn = (container: string, pod: string) => `Output of ${container} in ${pod}`;
export const container = 'Container';
export const fromText = 'From';
export const theCurrentRun = 'The current run';
export const beforeTheLastRestart = 'Before the last restart';

// runtime/Running.tsx
export const loadingTheLog = 'Loading: the log';
export const logsMayHoldWhatPeopleTyped2 =
  'Logs may hold what people typed, so reading them needs the role of an operator on this cluster. Ask an administrator.';
