import { NodesPanel } from './NodesPanel';
import { WarningsPanel } from './WarningsPanel';

/** What a cluster tells of the whole of it, asked for part by part. */
export default function RunningCluster(props: { cluster: string; instances: readonly string[] }) {
  return (
    <>
      <NodesPanel cluster={props.cluster} />
      <WarningsPanel {...props} />
    </>
  );
}
