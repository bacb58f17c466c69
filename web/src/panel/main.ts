import { mount } from 'svelte';
import Panel from './Panel.svelte';
import './panel.css';

const target = document.getElementById('panel');
if (target) mount(Panel, { target });
