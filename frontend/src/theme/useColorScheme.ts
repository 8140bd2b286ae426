import { useLocalStorage } from '@mantine/hooks';

export type ColorScheme = 'light' | 'dark' | 'auto';

/** The colors that somebody chose, and how to choose others. public/color-scheme.js shows them from the start. */
export function useColorScheme(): [ColorScheme, (scheme: ColorScheme) => void] {
  const [scheme, setScheme] = useLocalStorage<ColorScheme>({
    key: 'ocim-color-scheme',
    defaultValue: 'auto',
    getInitialValueInEffect: false,
    // As the script reads it, and earlier versions wrote it.
    serialize: (value) => value,
    deserialize: (value) => (value === 'light' || value === 'dark' ? value : 'auto'),
  });
  const choose = (chosen: ColorScheme) => {
    setScheme(chosen);
    if (chosen === 'auto') delete document.documentElement.dataset.colorScheme;
    else document.documentElement.dataset.colorScheme = chosen;
  };
  return [scheme, choose];
}
