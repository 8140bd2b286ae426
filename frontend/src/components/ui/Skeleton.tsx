import classes from './Skeleton.module.css';

/** A grey line where a text comes. */
export function Skeleton({ height, width }: { height: number; width: string }) {
  return <div className={classes.bone} style={{ width, height }} />;
}
