// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { ChainPage } from './app.tsx';

render(<ChainPage />, document.getElementById('page') as HTMLElement);
