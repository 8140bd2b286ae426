// Runs before the first paint, so that a dark page never flashes white. A file of its own, as the
// content security policy allows no inline script.
(() => {
  let wanted = 'auto';
  try {
    wanted = localStorage.getItem('ocim-color-scheme') ?? 'auto';
  } catch {
    // Storage is blocked: follow the system.
  }
  const dark =
    wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
