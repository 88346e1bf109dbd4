import { describeStore } from "../../contract/store.ts";
import { sqliteDatabase } from "../../support/databases.ts";

describeStore("SQLite", sqliteDatabase);
