import { NodesPanel } from './NodesPanel';
import { WarningsPanel } from './WarningsPanel';

/** What a cluster reports about itself, loaded part by part. */
export default function RunningCluster(props: { cluster: string; instances: readonly string[] }) {
  return (
    <>
      <NodesPanel cluster={props.cluster} />
      <WarningsPanel {...props} />
    </>
  );
}
