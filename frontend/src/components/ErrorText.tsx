/** What is wrong with several fields together, below them. */
export function ErrorText({ children }: { children: string | undefined }) {
  if (children === undefined) return null;
  return (
    <p role="alert" className="small" style={{ color: 'var(--ocim-bad)', whiteSpace: 'normal' }}>
      {children}
    </p>
  );
}
