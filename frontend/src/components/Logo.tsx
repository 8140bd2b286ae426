/** Growth rings around a core, the outer one open where the next instance goes. */
export function LogoMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false">
      <path
        d="M21.6 5.05A12.3 12.3 0 1 0 26.95 10.4"
        stroke="var(--ocim-anchor)"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <path
        d="M22.6 16a6.6 6.6 0 1 1-4.34-6.2"
        stroke="var(--ocim-anchor)"
        strokeWidth="2.6"
        strokeLinecap="round"
        opacity="0.6"
      />
      <circle cx="16" cy="16" r="2.3" fill="var(--ocim-anchor)" />
      <circle cx="25.2" cy="6.8" r="2.5" fill="var(--ocim-warn)" />
    </svg>
  );
}
