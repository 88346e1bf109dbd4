// Lets Node run TypeScript, in worker threads too: tsx by itself leaves those alone.
import { register } from "tsx/esm/api";

register();
