// Runs before the first paint, so that a page in the colors that somebody chose never flashes in others. A file
// of its own, as the content security policy allows no inline script.
(() => {
  const show = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem('ocim-color-scheme');
    } catch {
      // Storage is blocked: follow the system.
    }
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.colorScheme = chosen;
    else delete document.documentElement.dataset.colorScheme;
  };
  show();
  // Chosen in another tab.
  addEventListener('storage', show);
})();
