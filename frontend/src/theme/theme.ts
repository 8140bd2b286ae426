import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from '@mantine/core';

// Neutrals lean to green, so that grey and the primary belong together.
const gray: MantineColorsTuple = [
  '#f5f8f7',
  '#edf2f0',
  '#e0e7e4',
  '#cfd8d5',
  '#b2bebb',
  '#8f9d98',
  '#62716c',
  '#495651',
  '#2f3a37',
  '#182220',
];

const dark: MantineColorsTuple = [
  '#dde5e2',
  '#bccac5',
  '#9aaaa4',
  '#83938e',
  '#303c39',
  '#242e2c',
  '#1b2423',
  '#141b1a',
  '#0f1514',
  '#0a0f0e',
];

const fern: MantineColorsTuple = [
  '#e7f6f2',
  '#cdebe3',
  '#9dd8c9',
  '#68c3ae',
  '#3fb097',
  '#229b82',
  '#12856f',
  '#0b6f60',
  '#085b4f',
  '#06473e',
];

// Every pair of these with its background passes WCAG AA; the axe tests hold them to it.
const light = {
  '--mantine-color-text': gray[9],
  '--mantine-color-dimmed': '#56635f',
  '--mantine-color-placeholder': '#65736e',
  '--mantine-color-error': '#b3261e',
  '--mantine-color-anchor': fern[7],
  '--mantine-color-default-border': gray[3],
  '--mantine-color-yellow-light': '#fbf0dc',
  '--mantine-color-yellow-light-color': '#8a5700',
  '--ocim-field': '#84928d',
  '--ocim-surface': '#ffffff',
  '--ocim-sunken': gray[0],
  '--ocim-hover': gray[1],
  '--ocim-selected': fern[0],
  '--ocim-line': gray[2],
  '--ocim-ok': '#14733f',
  '--ocim-ok-soft': '#e4f4ea',
  '--ocim-busy': '#1d5fbf',
  '--ocim-busy-soft': '#e6effb',
  '--ocim-warn': '#8a5700',
  '--ocim-warn-soft': '#fbf0dc',
  '--ocim-bad': '#b3261e',
  '--ocim-bad-soft': '#fcebe9',
  '--ocim-quiet': '#56635f',
  '--ocim-quiet-soft': gray[1],
};

const night: typeof light = {
  '--mantine-color-text': dark[0],
  '--mantine-color-dimmed': dark[2],
  '--mantine-color-placeholder': '#8d9d98',
  '--mantine-color-error': '#ff8a80',
  '--mantine-color-anchor': fern[3],
  '--mantine-color-default-border': '#37443f',
  '--mantine-color-yellow-light': '#2d2413',
  '--mantine-color-yellow-light-color': '#e5b454',
  '--ocim-field': '#66756f',
  '--ocim-surface': dark[7],
  '--ocim-sunken': dark[8],
  '--ocim-hover': dark[6],
  '--ocim-selected': '#16302b',
  '--ocim-line': '#263130',
  '--ocim-ok': '#5cc98b',
  '--ocim-ok-soft': '#15291f',
  '--ocim-busy': '#82b4ff',
  '--ocim-busy-soft': '#17253a',
  '--ocim-warn': '#e5b454',
  '--ocim-warn-soft': '#2d2413',
  '--ocim-bad': '#ff8a80',
  '--ocim-bad-soft': '#361c1b',
  '--ocim-quiet': dark[2],
  '--ocim-quiet-soft': dark[6],
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light, dark: night });

export const colorSchemes = localStorageColorSchemeManager({ key: 'ocim-color-scheme' });

export const theme = createTheme({
  primaryColor: 'fern',
  primaryShade: 7,
  colors: { gray, dark, fern },
  black: gray[9],
  fontFamily:
    '"Inter Variable", -apple-system, BlinkMacSystemFont, "Segoe UI Variable Text", "Segoe UI", Roboto, "Noto Sans", Ubuntu, "Liberation Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, SFMono-Regular, "Cascadia Mono", "Roboto Mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  radius: { xs: '3px', sm: '5px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'md',
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '0.9375rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
      h4: { fontSize: '0.8125rem', lineHeight: '1.4' },
      h5: { fontSize: '0.8125rem', lineHeight: '1.4' },
      h6: { fontSize: '0.75rem', lineHeight: '1.4' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Anchor: { defaultProps: { underline: 'always' } },
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { size: 30, variant: 'subtle', color: 'gray' } },
    // Fields beside one another stay in line, however long what is said of them.
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
    Skeleton: { defaultProps: { radius: 'sm' } },
  },
});
