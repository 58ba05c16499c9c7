/** A thread that looks into layers. Started by `AnalysisThread`. */
import { analyzers, systemFiles } from "../../registry/scanning/analyzers.ts";
import { serveAnalyses } from "./serve-analyses.ts";

serveAnalyses(analyzers, systemFiles);
