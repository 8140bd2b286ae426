import { useLocalStorage } from '@mantine/hooks';

export type ColorScheme = 'light' | 'dark' | 'auto';

/** The color scheme that the user chose, and how to change it. public/color-scheme.js applies it before the page is drawn. */
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
