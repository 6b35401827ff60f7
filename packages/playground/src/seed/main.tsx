// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { SeedPage } from './app.tsx';

render(<SeedPage />, document.getElementById('page') as HTMLElement);
