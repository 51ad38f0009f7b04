using System;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

public static class Program
{
    public static void Main(string[] args)
    {
        var port = Environment.GetEnvironmentVariable("PORT") ?? "8080";
        Host.CreateDefaultBuilder(args)
            .ConfigureWebHostDefaults(web => web.UseUrls($"http://0.0.0.0:{port}").Configure(Map))
            .Build()
            .Run();
    }

    private static void Map(IApplicationBuilder app)
    {
        app.UseRouting();
        app.UseEndpoints(endpoints =>
        {
            endpoints.MapGet("/", context => context.Response.WriteAsync("Hello from .NET!\n"));
            endpoints.MapGet("/health", context => context.Response.WriteAsync(
                $"{{\"status\":\"OK\",\"runtime\":\"{RuntimeInformation.FrameworkDescription}\"}}"));
        });
    }
}
