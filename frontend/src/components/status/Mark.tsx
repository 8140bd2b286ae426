import type { ReactElement } from 'react';
import classes from './status.module.css';

/** The shapes of status. Each differs in outline, so that none depends on color. */
export type Shape =
  | 'check'
  | 'half'
  | 'spin'
  | 'triangle'
  | 'cross'
  | 'question'
  | 'dashed'
  | 'slash'
  | 'box'
  | 'pause'
  | 'unequal';

const ink = 'var(--ocim-surface)';

const shapes: Record<Shape, ReactElement> = {
  check: (
    <>
      <circle cx="8" cy="8" r="6.5" fill="currentColor" />
      <path
        d="m5.2 8.2 2 2 3.7-4.2"
        stroke={ink}
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  half: (
    <>
      <circle cx="8" cy="8" r="5.7" stroke="currentColor" strokeWidth="1.6" />
      <path d="M8 2.3a5.7 5.7 0 0 1 0 11.4Z" fill="currentColor" />
    </>
  ),
  spin: (
    <>
      <circle cx="8" cy="8" r="5.7" stroke="currentColor" strokeWidth="1.8" opacity="0.28" />
      <path d="M8 2.3A5.7 5.7 0 0 1 13.7 8" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  triangle: (
    <>
      <path
        d="M8 1.8 15 14H1L8 1.8Z"
        fill="currentColor"
        stroke="currentColor"
        strokeWidth="1.2"
        strokeLinejoin="round"
      />
      <path d="M8 6.2v3.4M8 11.9v.01" stroke={ink} strokeWidth="1.7" strokeLinecap="round" />
    </>
  ),
  cross: (
    <>
      <path d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2l3.7-3.7Z" fill="currentColor" />
      <path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" stroke={ink} strokeWidth="1.7" strokeLinecap="round" />
    </>
  ),
  question: (
    <>
      <circle cx="8" cy="8" r="6" stroke="currentColor" strokeWidth="1.3" />
      <path
        d="M6.4 6.4c.2-1 .9-1.5 1.7-1.5 1 0 1.7.6 1.7 1.5 0 1.2-1.7 1.3-1.7 2.5M8.1 11.2v.01"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
      />
    </>
  ),
  dashed: <circle cx="8" cy="8" r="5.8" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.6 2" />,
  slash: (
    <>
      <circle cx="8" cy="8" r="5.8" stroke="currentColor" strokeWidth="1.6" />
      <path d="m4.2 11.8 7.6-7.6" stroke="currentColor" strokeWidth="1.6" />
    </>
  ),
  box: (
    <path
      d="M2 3h12v3.2H2V3Zm1 3.2V13h10V6.2M6.4 8.7h3.2"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinejoin="round"
      strokeLinecap="round"
    />
  ),
  pause: (
    <>
      <circle cx="8" cy="8" r="5.8" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6.5 6v4M9.5 6v4" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  unequal: (
    <path
      d="M2 5.8h12M2 10.2h12M10.8 2.2 5.2 13.8"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
    />
  ),
};

export function Mark({ shape, size = 14 }: { shape: Shape; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      aria-hidden="true"
      focusable="false"
      className={shape === 'spin' ? classes.spin : classes.mark}
    >
      {shapes[shape]}
    </svg>
  );
}
