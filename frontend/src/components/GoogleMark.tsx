/** Google's G, in one color. */
export function GoogleMark() {
  return (
    <svg width="16" height="16" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
      <path d="M12 10.2v3.7h5.3c-.3 1.4-1.7 3.9-5.3 3.9a5.8 5.8 0 1 1 0-11.6c1.6 0 2.8.7 3.5 1.3l2.7-2.6A9.6 9.6 0 0 0 12 2.4a9.6 9.6 0 1 0 0 19.2c5.5 0 9.2-3.9 9.2-9.4 0-.7-.1-1.3-.2-2z" />
    </svg>
  );
}
